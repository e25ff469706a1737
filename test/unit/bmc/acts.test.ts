/** What clients do to machines: power, boot override, media. */
import { describe, expect, it } from 'vitest';
import { VenError } from '../../../src/model/index.js';
import { errorFindings } from '../../redfish/rules.js';
import { lab, messages } from './lab.js';

const SYSTEM = '/redfish/v1/Systems/a';
const RESET = `${SYSTEM}/Actions/ComputerSystem.Reset`;
const reset = (type: unknown) => ({ method: 'POST', body: { ResetType: type } }) as const;

describe('a reset', () => {
  it.each([
    ['On', 'off', ['powerOn']],
    ['ForceOn', 'off', ['powerOn']],
    ['ForceOff', 'running', ['powerOff']],
    ['ForceRestart', 'running', ['reset']],
    ['PowerCycle', 'running', ['powerOff', 'powerOn']],
    ['GracefulShutdown', 'running', ['shutDown', 'is off']],
    ['GracefulShutdown', 'off', []],
    ['GracefulRestart', 'running', ['shutDown', 'is off', 'powerOn']],
    ['PushPowerButton', 'running', ['shutDown', 'is off']],
    ['PushPowerButton', 'off', ['powerOn']],
    ['Nmi', 'running', ['injectNmi']],
  ] as const)('%s of a machine that is %s', async (type, power, acts) => {
    const { ask, port, log } = lab({ power });
    const answer = await ask(RESET, reset(type));
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(port.acts.map((act) => act.replace(/ [0-9a-f-]+$/, ''))).toEqual(acts);
    expect(log).toEqual([`a | reset: ${type} | admin | 192.0.2.1`]);
  });

  it('is seen at once, though it was read within this second', async () => {
    const { ask } = lab();
    const power = async (): Promise<unknown> =>
      ((await ask(SYSTEM)).body as { PowerState: unknown }).PowerState;
    expect(await power()).toBe('Off');
    await ask(RESET, reset('On'));
    expect(await power()).toBe('On');
  });

  it('of a machine that is off is refused where it makes no sense', async () => {
    const { ask, port } = lab();
    for (const type of ['ForceRestart', 'GracefulRestart']) {
      const answer = await ask(RESET, reset(type));
      expect(errorFindings(answer, 409), type).toEqual([]);
      expect(messages(answer)).toEqual(['ActionNotSupported']);
    }
    expect(port.acts).toEqual([]);
  });

  it('is answered while the guest takes its time, and overtaken by a harder one', async () => {
    const { ask, port, of, log } = lab({ power: 'running' });
    port.guest = new Promise(() => undefined);
    expect((await ask(RESET, reset('GracefulRestart'))).status).toBe(204);
    expect(of('a')?.power).toBe('running');
    expect((await ask(RESET, reset('ForceOff'))).status).toBe(204);
    expect(of('a')?.power).toBe('off');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(of('a')?.power).toBe('off'); // the restart does not come after all
    expect(log).toHaveLength(2);
  });

  it('goes on with a restart when it is switched on, and ends a shutdown', async () => {
    const restart = lab({ power: 'running' });
    const guest = Promise.withResolvers<boolean>();
    restart.port.guest = guest.promise;
    await restart.ask(RESET, reset('GracefulRestart'));
    for (const type of ['On', 'Nmi'])
      expect((await restart.ask(RESET, reset(type))).status).toBe(204);
    guest.resolve(true);
    await restart.bmcs.stop();
    expect(restart.port.acts.map((act) => act.split(' ')[0])).toEqual([
      ...['shutDown', 'powerOn', 'injectNmi', 'is', 'powerOn'],
    ]);
    const shutdown = lab({ power: 'running' });
    shutdown.port.guest = new Promise(() => undefined);
    await shutdown.ask(RESET, reset('GracefulShutdown'));
    await shutdown.ask(RESET, reset('On'));
    await shutdown.bmcs.stop();
    expect(shutdown.port.acts.map((act) => act.split(' ')[0])).toEqual(['shutDown', 'powerOn']);
  });

  it('that a killed server left is gone on with, once', async () => {
    const { bmcs, port, of } = lab({ power: 'running', isRestarting: true });
    const guest = Promise.withResolvers<boolean>();
    port.guest = guest.promise;
    await bmcs.settle();
    await bmcs.settle();
    expect(port.acts.map((act) => act.split(' ')[0])).toEqual(['shutDown']);
    guest.resolve(true);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(of('a')?.power).toBe('running');
    expect(port.acts.map((act) => act.split(' ')[0])).toEqual(['shutDown', 'is', 'powerOn']);
  });

  it('waits for who changes the VM, and says when to come again', async () => {
    const { ask, port } = lab();
    port.fault = new VenError('locked', { summary: 'Another process changes the domain' });
    const answer = await ask(RESET, reset('On'));
    expect(errorFindings(answer, 503)).toEqual([]);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(messages(answer)).toEqual(['ServiceTemporarilyUnavailable']);
  });

  it('takes no other words', async () => {
    const { ask, port } = lab();
    for (const [body, name] of [
      [{ ResetType: 'Explode' }, 'ActionParameterValueNotInList'],
      [{ ResetType: null }, 'ActionParameterValueNotInList'],
      [{}, 'ActionParameterMissing'],
      [{ ResetType: 'On', Delay: 3 }, 'ActionParameterUnknown'],
    ] as const) {
      const answer = await ask(RESET, { method: 'POST', body });
      expect(errorFindings(answer, 400)).toEqual([]);
      expect(messages(answer)).toEqual([name]);
    }
    expect(port.acts).toEqual([]);
  });
});

describe('a boot override', () => {
  const patch = (Boot: unknown, headers = {}) =>
    ({ method: 'PATCH', body: { Boot }, headers }) as const;
  const http = { target: 'uefi-http', enabled: 'once', uri: 'https://x/y' } as const;

  it('is set for one of two clients that have seen the same', async () => {
    const { ask, of } = lab();
    const etag = (await ask(SYSTEM)).headers.get('etag') ?? '';
    const answers = await Promise.all(
      ['Pxe', 'Cd'].map((target) =>
        ask(SYSTEM, patch({ BootSourceOverrideTarget: target }, { 'if-match': etag })),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 412]);
    expect(of('a')?.override?.target).toBe('pxe');
  });

  it.each([
    [{ BootSourceOverrideTarget: 'Pxe' }, null, { target: 'pxe', enabled: 'once', uri: null }],
    [
      {
        BootSourceOverrideTarget: 'UefiHttp',
        BootSourceOverrideEnabled: 'Once',
        HttpBootUri: 'https://x/y',
      },
      null,
      http,
    ],
    [
      {
        BootSourceOverrideTarget: 'UefiHttp',
        BootSourceOverrideEnabled: 'Continuous',
        HttpBootUri: null,
      },
      null,
      { target: 'uefi-http', enabled: 'continuous', uri: null },
    ],
    [
      {
        BootSourceOverrideTarget: 'Cd',
        BootSourceOverrideEnabled: 'Continuous',
        BootSourceOverrideMode: 'UEFI',
      },
      null,
      { target: 'cd', enabled: 'continuous', uri: null },
    ],
    [{ BootSourceOverrideEnabled: 'Disabled' }, http, null],
    [{ BootSourceOverrideTarget: 'None' }, http, null],
    [
      { BootSourceOverrideTarget: 'None', BootSourceOverrideEnabled: 'Disabled', HttpBootUri: '' },
      http,
      null,
    ],
    [{ BootSourceOverrideEnabled: 'Continuous' }, http, { ...http, enabled: 'continuous' }],
    [{ HttpBootUri: 'http://z/' }, http, { ...http, uri: 'http://z/' }],
    [{ HttpBootUri: null }, null, null],
    [{ BootSourceOverrideMode: 'UEFI' }, http, http],
    [{ BootSourceOverrideTarget: 'Hdd' }, http, { target: 'hdd', enabled: 'once', uri: null }],
  ] as const)('%j', async (wanted, before, after) => {
    const { ask, of } = lab({ override: before });
    const answer = await ask(SYSTEM, patch(wanted));
    expect(answer.status, answer.text).toBe(200);
    expect(of('a')?.override).toEqual(after);
    expect(answer.headers.get('etag')).toBe((await ask(SYSTEM)).headers.get('etag'));
  });

  it.each([
    [{ BootSourceOverrideTarget: 'Floppy' }, 'PropertyValueNotInList'],
    [{ BootSourceOverrideMode: 'Legacy' }, 'PropertyValueNotInList'],
    [{ BootSourceOverrideEnabled: 'Once' }, 'PropertyMissing'],
    [{ BootSourceOverrideTarget: 'Pxe', HttpBootUri: 'http://x/' }, 'PropertyValueConflict'],
    [{ HttpBootUri: 'http://x/' }, 'PropertyValueConflict'],
    [{ BootSourceOverrideTarget: 'UefiHttp', HttpBootUri: 'ftp://x/' }, 'PropertyValueFormatError'],
    [
      { BootSourceOverrideTarget: 'UefiHttp', HttpBootUri: 'http://x/ y' },
      'PropertyValueFormatError',
    ],
    [{ BootSourceOverrideTarget: 7 }, 'PropertyValueTypeError'],
    [{ BootOrder: [] }, 'PropertyNotWritable'],
    [{ BootSauce: 1 }, 'PropertyUnknown'],
    ['Pxe', 'PropertyValueTypeError'],
    [{}, 'NoOperation'],
  ])('is refused: %j', async (wanted, name) => {
    const { ask, port } = lab();
    const answer = await ask(SYSTEM, patch(wanted));
    expect(errorFindings(answer, 400)).toEqual([]);
    expect(messages(answer)).toEqual([name]);
    expect(port.acts).toEqual([]);
  });

  it('is one of those that the machine can have', async () => {
    const { ask } = lab({ firmware: 'bios', targets: ['pxe', 'hdd'] });
    const answer = await ask(SYSTEM, patch({ BootSourceOverrideTarget: 'UefiHttp' }));
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('One of: None, Pxe, Hdd.');
    expect(answer.text).not.toContain('HttpBootUri');
  });

  it('is not set over what the client has not seen', async () => {
    const { ask, port } = lab();
    const tag = (await ask(SYSTEM)).headers.get('etag') ?? '';
    const pxe = { BootSourceOverrideTarget: 'Pxe' };
    for (const match of ['"other"', 'W/"other"', ''])
      expect(errorFindings(await ask(SYSTEM, patch(pxe, { 'if-match': match })), 412)).toEqual([]);
    expect(port.acts).toEqual([]);
    for (const match of [tag, '*', `"other", ${tag}`, `W/${tag}`]) {
      const answer = await ask(SYSTEM, patch(pxe, { 'if-match': match }));
      expect([match, answer.status]).toEqual([match, 200]);
      await ask(SYSTEM, patch({ BootSourceOverrideTarget: 'None' }));
    }
  });

  it('changes nothing else of the machine', async () => {
    const { ask, port } = lab();
    const answer = await ask(SYSTEM, {
      method: 'PATCH',
      body: { AssetTag: 'x', Nonsense: 1, Boot: { BootSourceOverrideTarget: 'Pxe' } },
    });
    expect(messages(answer)).toEqual(['PropertyNotWritable', 'PropertyUnknown']);
    expect(port.acts).toEqual([]);
  });
});

describe('media', () => {
  const DRIVE = `${SYSTEM}/VirtualMedia/Cd`;
  const INSERT = `${DRIVE}/Actions/VirtualMedia.InsertMedia`;
  const EJECT = `${DRIVE}/Actions/VirtualMedia.EjectMedia`;
  const IMAGE = 'https://images.lab/x.iso';
  const insert = (body: unknown) => ({ method: 'POST', body }) as const;

  it('are inserted, shown and ejected', async () => {
    const { ask, log } = lab();
    const shown = async (): Promise<unknown[]> => {
      const { Image, ImageName, Inserted, ConnectedVia } = (await ask(DRIVE)).body as Record<
        string,
        unknown
      >;
      return [Image, ImageName, Inserted, ConnectedVia];
    };
    expect(await shown()).toEqual([null, null, false, 'NotConnected']);
    const asked = { Image: IMAGE, Inserted: true, WriteProtected: true, UserName: null };
    expect((await ask(INSERT, insert(asked))).status).toBe(204);
    expect(await shown()).toEqual([IMAGE, 'x.iso', true, 'URI']);
    expect((await ask(EJECT, { method: 'POST' })).status).toBe(204);
    expect(await shown()).toEqual([null, null, false, 'NotConnected']);
    expect((await ask(EJECT, insert({}))).status).toBe(204);
    expect(log[0]).toBe(`a | insert ${IMAGE} | admin | 192.0.2.1`);
  });

  it('take no other request', async () => {
    const { ask, port } = lab();
    for (const [body, name] of [
      [{}, 'ActionParameterMissing'],
      [{ Image: 'file:///etc/passwd' }, 'ActionParameterValueFormatError'],
      [{ Image: '/etc/passwd' }, 'ActionParameterValueFormatError'],
      [{ Image: 3 }, 'ActionParameterValueTypeError'],
      [{ Image: IMAGE, WriteProtected: false }, 'ActionParameterValueNotInList'],
      [{ Image: IMAGE, Inserted: false }, 'ActionParameterValueNotInList'],
      [{ Image: IMAGE, TransferProtocolType: 'NFS' }, 'ActionParameterValueNotInList'],
      [{ Image: IMAGE, Speed: 1 }, 'ActionParameterUnknown'],
    ] as const) {
      const answer = await ask(INSERT, insert(body));
      expect(errorFindings(answer, 400)).toEqual([]);
      expect(messages(answer)).toEqual([name]);
    }
    expect(port.acts).toEqual([]);
  });

  it('on their way hold up nothing else, are waited for twice, and can be ejected', async () => {
    const { ask, port, of } = lab();
    port.image = new Promise(() => undefined);
    const first = ask(INSERT, insert({ Image: IMAGE }));
    const same = ask(INSERT, insert({ Image: IMAGE }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await ask(INSERT, insert({ Image: `${IMAGE}2` }))).status).toBe(409);
    expect((await ask(RESET, reset('On'))).status).toBe(204);
    expect((await ask(EJECT, { method: 'POST' })).status).toBe(204);
    expect((await first).status).toBe(503);
    expect((await same).status).toBe(503);
    expect(of('a')?.media).toBe(null);
  });

  it('of a machine without a drive are not there', async () => {
    const { ask } = lab({ hasDrive: false });
    expect(errorFindings(await ask(DRIVE), 404)).toEqual([]);
    expect(errorFindings(await ask(INSERT, insert({ Image: IMAGE })), 404)).toEqual([]);
  });
});
