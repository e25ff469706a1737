import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn, type ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { networkFaults } from '../../../src/host/libvirt/network-faults.js';
import { networkFacts } from '../../../src/libvirt/index.js';
import type { NetworkFault } from '../../../src/model/index.js';
import { parseXml } from '../../../src/xml/index.js';

/** The loopback device plays the bridge: it is there, with 127.0.0.1. */
const XML = `<network><name>lab</name><forward mode="nat"/><bridge name="lo"/>
  <ip address="127.0.0.1" prefix="8"/></network>`;

describe('what an active network lacks', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ven-faults-'));
  const children: ChildProcess[] = [];
  const process = (...argv: string[]): string => {
    const [name = '', ...words] = argv;
    const child = spawn('sleep', ['100', ...words], { argv0: name });
    children.push(child);
    return String(child.pid);
  };
  const put = (name: string, pid: string): void => {
    writeFileSync(join(folder, `${name}.pid`), pid);
  };
  const fault = (xml: string): NetworkFault | null | undefined => {
    const network = parseXml(xml);
    return networkFaults(folder)?.(network, networkFacts(network));
  };

  beforeAll(() => {
    put('driver', process('/usr/sbin/libvirtd'));
  });
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  it('is its bridge, its address, its dnsmasq, in this order', () => {
    expect(fault(XML.replace('"lo"', '"no-bridge0"'))).toBe('bridge');
    expect(fault(XML.replace('127.0.0.1', '127.0.0.9'))).toBe('address');
    expect(fault(XML)).toBe('dnsmasq');
  });

  it('is nothing that it needs not', () => {
    expect(fault(XML.replace('<ip ', '<dns enable="no"/><ip '))).toBeNull();
    expect(fault(XML.replace(/<ip.*\/>/, ''))).toBeNull();
    expect(fault(XML.replace('"nat"', '"bridge"').replace('"lo"', '"br0"'))).toBeNull();
  });

  it('does not take another process for its dnsmasq', () => {
    put('lab', process('sleep'));
    expect(fault(XML)).toBe('dnsmasq');
    put('lab', process('/usr/sbin/dnsmasq', '0.1', '/var/lib/libvirt/dnsmasq/other.conf'));
    expect(fault(XML)).toBe('dnsmasq');
  });

  it('is not known where the daemon is not to be seen', () => {
    put('driver', process('sleep'));
    expect(networkFaults(folder)).toBeNull();
    put('driver', '');
    expect(networkFaults(folder)).toBeNull();
    expect(networkFaults(join(folder, 'none'))).toBeNull();
  });
});
