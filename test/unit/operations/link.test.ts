/** `ven link`: drills on a host in memory. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apply } from '../../../src/operations/apply.js';
import { link, type LinkRequest, type VmLinks } from '../../../src/operations/link.js';
import { plan } from '../../../src/operations/plan.js';
import { vmUuid, wholeLinkText, type Clock, type PlanOptions } from '../../../src/model/index.js';
import { linksJson, linksText } from '../../../src/view/link.js';
import { FakeHost } from '../../fake-host/index.js';
import { portsOf } from './imagined.js';

let host: FakeHost;
let dir: string;
let file: string;
const never = new AbortController().signal;
const options: PlanOptions = {
  ...{ mode: 'apply', targets: [], excludes: [], replace: [], keepDisks: false },
};
let whileWaiting: (milliseconds: number) => unknown;
const clock: Clock = {
  now: () => 0,
  sleep: async (milliseconds) => {
    await whileWaiting(milliseconds);
  },
};

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ven-link-'));
  file = join(dir, 'fleet.yaml');
  host = new FakeHost({ bridges: ['br0'] });
  const nics = '[{ bridge: br0, link: { latency: 50ms } }, { bridge: br0 }]';
  writeFileSync(
    file,
    'apiVersion: ven/v1\nfleet: lab\ndefaults: { firmware: bios, tpm: false }\n' +
      `vms: [{ name: edge, nics: ${nics} }, { name: dark, nics: [], power: off }]\n`,
  );
  await applied();
});

afterEach(() => {
  rmSync(dir, { recursive: true });
});

const common = () => ({
  file,
  env: { XDG_STATE_HOME: dir },
  ports: portsOf(() => host, { clock }),
});

function applied(): Promise<unknown> {
  return apply({
    ...{ ...common(), options, lockTimeoutSeconds: 0, consent: 'given', typed: ['apply'] },
    confirm: () => Promise.resolve(true),
    emit: () => undefined,
    interrupt: { graceful: never, hard: never },
  });
}

async function differences(): Promise<string[]> {
  const { plan: made } = await plan({ ...common(), options });
  return made.changes.flatMap((change) =>
    change.action === 'update'
      ? change.fields.map(({ before, after }) => `${before} -> ${after}`)
      : [change.action],
  );
}

const told: VmLinks[] = [];
/** The host's changes until then. */
const started: number[] = [];
function drill(more: Partial<LinkRequest>): Promise<VmLinks> {
  told.length = 0;
  started.length = 0;
  return link({
    ...{ ...common(), vm: 'edge', change: null, forSeconds: null, lockTimeoutSeconds: 0 },
    interrupt: { graceful: never, hard: never },
    runStarted: () => started.push(host.changes),
    tell: (links) => told.push(links),
    ...more,
  });
}

const now = ({ nics }: VmLinks): string[] => nics.map((nic) => wholeLinkText(nic.now));
const style = { colour: false, columns: 80 };

describe('ven link', () => {
  it('changes what is named of the links that run; the plan says drift until the reset', async () => {
    expect(now(await drill({}))).toEqual(['latency 50ms', 'up']);
    const bad = await drill({ change: { loss: 10, rate: { in: 125, out: 125 } } });
    expect(now(bad)).toEqual(['rate 1Mbit, latency 50ms, loss 10%', 'rate 1Mbit, loss 10%']);
    expect(linksText(bad, '-f lab.yaml', style)).toMatch(
      /nics\.1 .*br0 {2}up -> rate 1Mbit, loss 10%\n[^]*now: ven link edge -f lab.yaml --reset\n$/,
    );
    expect(now(await drill({}))).toEqual(now(bad));
    expect(await differences()).toEqual([
      'rate 1Mbit, latency 50ms, loss 10% -> latency 50ms',
      'rate 1Mbit, loss 10% -> up',
    ]);
    expect(now(await drill({ change: 'reset' }))).toEqual(['latency 50ms', 'up']);
    expect(await differences()).toEqual([]);
  });

  it('is one NIC’s, by its place or its MAC', async () => {
    const { nics } = await drill({ change: { state: 'down' }, nic: '1' });
    expect(nics).toMatchObject([{ place: 1, network: 'br0', now: { state: 'down' } }]);
    const mac = nics[0]?.mac.toUpperCase();
    expect(now(await drill({ change: { state: 'up' }, nic: mac }))).toEqual(['up']);
    await expect(drill({ nic: '2' })).rejects.toMatchObject({
      code: 'not-found',
      hint: expect.stringMatching(/^It has: 0 \(52:.*\), 1 \(/) as string,
    });
  });

  it('puts back what it changed, after the time or when it is interrupted', async () => {
    await drill({ change: { latency: 90 }, nic: '0' });
    const bad = ['latency 90ms, loss 100%', 'loss 100%'];
    for (const ends of [false, true]) {
      const controller = new AbortController();
      const waits: number[] = [];
      whileWaiting = (milliseconds) => {
        waits.push(milliseconds);
        if (ends) controller.abort();
      };
      const interrupt = { graceful: controller.signal, hard: never };
      const ended = await drill({ change: { loss: 100 }, forSeconds: 30, interrupt });
      expect(waits).toEqual([30_000]);
      expect(told.map(now)).toEqual([bad]);
      expect(ended).toMatchObject(
        ends ? { outcome: 'interrupted', exitCode: 130 } : { outcome: 'put-back', exitCode: 0 },
      );
      expect(now(await drill({}))).toEqual(['latency 90ms', 'up']);
    }
  });

  it('ends over others: what they changed meanwhile is theirs, and no bad link is left', async () => {
    const { promise: firstEnded, resolve: endSecond } = Promise.withResolvers<undefined>();
    const { promise: secondIsOn, resolve: goOn } = Promise.withResolvers<undefined>();
    let second = Promise.resolve<unknown>(null);
    whileWaiting = () => {
      whileWaiting = () => {
        goOn(undefined);
        return firstEnded;
      };
      second = drill({ change: { loss: 10, latency: 90 }, forSeconds: 60 });
      return secondIsOn;
    };
    await drill({ change: { loss: 100, state: 'down' }, forSeconds: 30 });
    endSecond(undefined);
    await second;
    expect(now(await drill({}))).toEqual(['latency 50ms', 'up']);
    // Without an end it stays.
    whileWaiting = () => drill({ change: { state: 'up', loss: 3 }, nic: '1' });
    await drill({ change: { loss: 100, state: 'down' }, forSeconds: 30 });
    expect(now(await drill({}))).toEqual(['latency 50ms', 'loss 3%']);
  });

  it('has nothing to put back at a VM that is off by then', async () => {
    whileWaiting = () => {
      host.powerOff(vmUuid('lab', 'edge'));
    };
    const ended = await drill({ change: { loss: 100 }, forSeconds: 30 });
    expect(ended).toMatchObject({ outcome: 'put-back', exitCode: 0 });
  });

  it('undoes a change that fails half-way; where that fails as well, it says what to do', async () => {
    const before = host.changes;
    // A NIC takes two changes: libvirt's, then tc's.
    host.faults.failAt(4);
    await expect(drill({ change: { loss: 10, state: 'down' } })).rejects.toMatchObject({
      hint: undefined,
    });
    expect(started).toEqual([before]);
    expect(now(await drill({}))).toEqual(['latency 50ms', 'up']);
    host.faults.revive();
    host.faults.failAt(2);
    host.faults.failAt(5);
    await expect(drill({ change: { loss: 10, state: 'down' } })).rejects.toMatchObject({
      code: 'tool-failed',
      hint: `The link may be bad still. Then: ven link edge ${file} --reset`,
    });
    // The NIC that could be put back is.
    expect(now(await drill({}))).toEqual(['down, latency 50ms', 'up']);
  });

  it('puts back all that it can at the end, and says what to do about the rest', async () => {
    whileWaiting = () => {
      host.faults.failAt(1);
    };
    await expect(drill({ change: { loss: 10 }, forSeconds: 30 })).rejects.toMatchObject({
      code: 'tool-failed',
      hint: expect.stringContaining('--reset') as string,
    });
    expect(now(await drill({}))).toEqual(['latency 50ms, loss 10%', 'up']);
  });

  it('needs to put latency and loss back for a rate, too', async () => {
    host.noImpairment = { summary: 'needs root', hint: 'sudo' };
    const before = host.changes;
    const change = { rate: { in: 125, out: 125 } };
    await expect(drill({ change })).rejects.toMatchObject({ code: 'host-not-ready' });
    expect(host.changes).toBe(before);
    expect(now(await drill({ change, nic: '1' }))).toEqual(['rate 1Mbit']);
  });

  it('asks the host what it can, whatever the fleet file wants, and says all at once', async () => {
    writeFileSync(
      file,
      'apiVersion: ven/v1\nfleet: lab\ndefaults: { firmware: bios, tpm: false }\n' +
        'vms: [{ name: edge, nics: [{ bridge: br0 }] }]\n',
    );
    await applied();
    host.noImpairment = { summary: 'loss needs netem', hint: 'Load netem' };
    host.noRate = { summary: 'rate needs sfq', hint: 'Load sfq' };
    const again = 'Then type the same ven link again';
    const refusals: [LinkRequest['change'], string, string | undefined, string][] = [
      [{ loss: 10 }, 'loss needs netem', undefined, `Load netem. ${again}`],
      [{ rate: { in: 125, out: 125 } }, 'rate needs sfq', undefined, `Load sfq. ${again}`],
      [
        { loss: 10, rate: { in: 125, out: 125 } },
        'loss needs netem',
        'rate needs sfq',
        `Load netem. Load sfq. ${again}`,
      ],
    ];
    for (const [change, why, detail, hint] of refusals) {
      const summary = `${why}. The link was left as it is`;
      await expect(drill({ change })).rejects.toMatchObject({ summary, detail, hint });
    }
    expect(now(await drill({}))).toEqual(['up']);
  });

  it('refuses what can not be, and changes nothing', async () => {
    await expect(drill({ vm: 'dark' })).rejects.toMatchObject({ code: 'not-running' });
    await expect(drill({ change: { jitter: 60 }, nic: '0' })).rejects.toMatchObject({
      code: 'usage',
      summary: "The latency can't vary by 60ms: it is 50ms",
    });
    host.noImpairment = { summary: 'needs root', hint: 'sudo' };
    await expect(drill({ change: { loss: 1, state: 'down' } })).rejects.toMatchObject({
      code: 'host-not-ready',
    });
    expect(now(await drill({}))).toEqual(['latency 50ms', 'up']);
    // A cable needs no root.
    expect(now(await drill({ change: { state: 'down' }, nic: '1' }))).toEqual(['down']);
  });

  it('is data for programs, in the words of a fleet file', async () => {
    const shown = JSON.parse(linksJson(await drill({ nic: '0' }))) as unknown;
    expect(shown).toMatchObject({
      ...{ formatVersion: '1', fleet: 'lab', name: 'edge', outcome: 'shown' },
      nics: [{ place: 0, now: { state: 'up', rate: 'none', latency: '50ms', loss: 'none' } }],
    });
  });

  it('is as bad again after a start by ven; after one by hand, the plan says so', async () => {
    const uuid = vmUuid('lab', 'edge');
    host.powerOff(uuid);
    await host.startDomain(uuid);
    expect(await differences()).toEqual([]);
    host.impairments.clear();
    expect(await differences()).toEqual(['up -> latency 50ms']);
    await applied();
    expect(await differences()).toEqual([]);
  });
});
