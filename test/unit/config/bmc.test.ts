/** `bmc` of a fleet file: derived ports, who shares a service, warnings. */
import { describe, expect, it } from 'vitest';
import { loadFleet } from '../../../src/config/index.js';
import { bmcUrl, type ResolvedFleet } from '../../../src/model/index.js';

const CREDENTIALS = 'credentials: { username: { env: A }, password: { file: b } }';

function load(vms: string, bmc = `{ type: redfish, ${CREDENTIALS} }`): ResolvedFleet {
  return loadFleet(`apiVersion: ven/v1\nfleet: lab\ndefaults: { bmc: ${bmc} }\nvms: [${vms}]\n`, {
    file: 'f',
  });
}

const urls = ({ vms }: ResolvedFleet): (string | undefined)[] =>
  vms.map(({ bmc }) => bmc && bmcUrl(bmc));

describe('a BMC', () => {
  it('is on this machine, over TLS, on a port of the fleet, which no VM changes', () => {
    const { vms } = load('{ name: a }');
    const { port, ...others } = vms[0]?.bmc ?? { port: 0 };
    expect(others).toEqual({
      type: 'redfish',
      listen: '127.0.0.1',
      tls: true,
      credentials: { username: { env: 'A' }, password: { file: 'b' } },
    });
    expect(port).toBeGreaterThanOrEqual(20_000);
    expect(port).toBeLessThan(30_000);
    expect(urls(load('{ name: z }, { name: a, count: 2 }'))).toEqual(
      Array(3).fill(`https://127.0.0.1:${port}`),
    );
  });

  it('has a port of its own with per-vm, which others do not change', () => {
    const bmc = `{ type: redfish, port: per-vm, ${CREDENTIALS} }`;
    const three = urls(load('{ name: a, count: 3 }', bmc));
    expect(new Set(three).size).toBe(3);
    expect(urls(load('{ name: b }, { name: a, count: 2 }', bmc)).slice(1)).toEqual(
      three.slice(0, 2),
    );
  });

  it('keeps a derived port away from one that is written', () => {
    const port = load('{ name: a }').vms[0]?.bmc?.port ?? 0;
    const graphics = `{ name: b, bmc: none, graphics: { type: vnc, port: ${port} } }`;
    expect(load(`{ name: a }, ${graphics}`).vms[0]?.bmc?.port).not.toBe(port);
  });

  it('is left out by a VM; applied is its drive, not where it listens', () => {
    const { vms } = load('{ name: a, bmc: none }, { name: b }');
    const without = loadFleet('apiVersion: ven/v1\nfleet: lab\nvms: [{ name: a }, { name: b }]\n', {
      file: 'f',
    });
    expect(vms.map(({ bmc }) => bmc === undefined)).toEqual([true, false]);
    expect(vms.map(({ media }) => media?.volume)).toEqual([undefined, 'lab_b-media.iso']);
    expect(vms[0]?.digest).toBe(without.vms[0]?.digest);
    const elsewhere = load('{ name: b }', `{ type: redfish, port: 4443, ${CREDENTIALS} }`).vms[0];
    expect(elsewhere?.digest).toBe(vms[1]?.digest);
  });

  it('has one form of an address, with brackets in a URL', () => {
    const bmc = `{ type: redfish, listen: "0:0::1", port: 443, tls: false, ${CREDENTIALS} }`;
    expect(urls(load('{ name: a }', bmc))).toEqual(['http://[::1]:443']);
  });

  it('warns once of plain HTTP that others can reach', () => {
    const bmc = (listen: string): string =>
      `{ type: redfish, listen: ${listen}, port: 8000, tls: false, ${CREDENTIALS} }`;
    expect(load('{ name: a, count: 9 }', bmc('127.0.0.1')).warnings).toEqual([]);
    expect(load('{ name: a, count: 9 }', bmc('0.0.0.0')).warnings).toEqual([
      'bmc: http://0.0.0.0:8000 is plain HTTP: everyone on the way reads its credentials; ' +
        'delete `tls: false`, or listen on 127.0.0.1',
    ]);
  });
});
