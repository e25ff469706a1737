import { expect, it } from 'vitest';
import { networkActs } from '../../../src/host/libvirt/network-acts.js';
import type { Virsh } from '../../../src/host/libvirt/virsh.js';
import { temporaryNetworkOf, temporaryNetworkXml } from '../../../src/libvirt/index.js';

const SHARED = '11111111-2222-4333-8444-555555555555';
const OWN = '11111111-2222-4333-8444-666666666666';

it('starts a network while another fleet is changing another one', async () => {
  const user = { fleet: 'other', network: 'lab' };
  const text = temporaryNetworkXml({ network: SHARED, user, nics: [] });
  const asked: string[] = [];
  const ask = (commands: string[][]): Promise<unknown> =>
    Promise.resolve(
      commands.map(([verb, uuid]) => {
        asked.push(`${verb} ${uuid}`);
        return { ok: true, text, answer: 'other', error: null };
      }),
    );
  const stop = new AbortController();
  const acts = networkActs({ uri: 'qemu:///system', ask, must: ask } as unknown as Virsh, {
    lock: () => Promise.resolve(null),
    remote: false,
    signal: stop.signal,
  });

  const tell = (): void => undefined;
  const waiting = acts.redefineNetwork(SHARED, { user, patch: (xml) => xml, start: true, tell });
  const settling = acts.settleNetwork(SHARED, { fleet: 'ours', tell });
  const ended = Promise.allSettled([waiting, settling]);
  await acts.startNetwork(OWN);
  stop.abort();
  await ended;
  expect(asked).toContain(`net-start ${OWN}`);
  expect(asked).toContain(`net-dumpxml ${temporaryNetworkOf(SHARED).uuid}`);
});
