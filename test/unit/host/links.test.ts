import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mayChangeNetworks, refusalBy } from '../../../src/host/links/no-impairment.js';
import { changeOf, impair, tapsIn } from '../../../src/host/links/qdiscs.js';
import { NO_IMPAIRMENT } from '../../../src/model/index.js';

it('takes a link for good where tc can not be asked; a bad one needs it', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ven-tc-'));
  try {
    writeFileSync(join(dir, 'tc'), '#!/bin/sh\necho "Object qdisc is unknown" >&2\nexit 255\n', {
      mode: 0o755,
    });
    const env = { PATH: `${dir}:/usr/bin:/bin` };
    await impair(env, 'vnet0', NO_IMPAIRMENT);
    await expect(impair(env, 'vnet0', { ...NO_IMPAIRMENT, loss: 1 })).rejects.toThrow('unknown');
  } finally {
    rmSync(dir, { recursive: true });
  }
});

describe('what tc says of taps', () => {
  const netem = {
    ...{ kind: 'netem', handle: '8001:', dev: 'vnet0', root: true, refcnt: 2 },
    options: {
      limit: 1000,
      delay: { delay: 0.05, jitter: 0.005, correlation: 0 },
      // 2^32 does not divide by 100.
      'loss-random': { loss: 0.0099999998, correlation: 0 },
      corrupt: { corrupt: 0.001, correlation: 0 },
      ecn: false,
      gap: 0,
    },
  };
  const impairment = { ...NO_IMPAIRMENT, latency: 50, jitter: 5, loss: 1, corrupt: 0.1 };

  it('reads netem, at the root or under the limit that libvirt made', () => {
    const limited = [
      { kind: 'htb', handle: '1:', dev: 'vnet1', root: true, options: {} },
      { ...netem, dev: 'vnet1', root: undefined, parent: '1:1' },
    ];
    const plain = { kind: 'noqueue', handle: '0:', dev: 'virbr0', root: true, options: {} };
    expect(tapsIn(JSON.stringify([netem, ...limited, plain]))).toEqual(
      new Map([
        ['vnet0', { limited: false, impairment }],
        ['vnet1', { limited: true, impairment }],
        ['virbr0', { limited: false, impairment: NO_IMPAIRMENT }],
      ]),
    );
    expect(tapsIn('')).toEqual(new Map());
    expect(() => tapsIn('Object "qdisc" is unknown')).toThrow("tc's answer can't be read");
  });

  it('says all parts of an impairment, since tc leaves what is not named', () => {
    const words = (limited: boolean, wanted = impairment): string =>
      changeOf('vnet1', limited, wanted).join(' ');
    expect(words(false)).toBe(
      'replace dev vnet1 root netem limit 46834 delay 50ms 5ms loss 1% duplicate 0% ' +
        'corrupt 0.1%',
    );
    expect(words(false, { ...impairment, latency: 60_000 })).toContain(' limit 200000 ');
    expect(words(true)).toContain('replace dev vnet1 parent 1:1 netem');
    expect(words(false, NO_IMPAIRMENT)).toBe('del dev vnet1 root');
    expect(words(true, NO_IMPAIRMENT)).toBe('replace dev vnet1 parent 1:1 sfq perturb 10');
  });
});

describe('why links can not be impaired', () => {
  it('tells a kernel without netem from a missing tc, and from all else', () => {
    expect(refusalBy('Error: Specified qdisc kind is unknown.\n')).toMatchObject({
      summary: expect.stringContaining("need netem, not loaded in the host's kernel") as string,
    });
    expect(refusalBy('unshare: failed to execute tc: No such file or directory')).toMatchObject({
      hint: 'Install it: sudo apt-get install iproute2',
    });
    expect(refusalBy('unshare: unshare failed: Operation not permitted\n')).toMatchObject({
      summary: expect.stringContaining('unshare failed: Operation not permitted') as string,
    });
  });

  it('goes by the capability, which root may lack in a container', () => {
    expect(mayChangeNetworks('000001ffffffffff')).toBe(true);
    expect(mayChangeNetworks('0000000000001000')).toBe(true);
    expect(mayChangeNetworks('00000000a80425fb')).toBe(false);
    expect(mayChangeNetworks('')).toBe(false);
  });
});
