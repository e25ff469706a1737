import { describe, expect, it } from 'vitest';
import {
  ATTRIBUTES,
  devicePath,
  hasNextBoot,
  readVariables,
  withNextBoot,
  writeVariables,
  type EfiVariable,
  type NextBoot,
} from '../../../src/efi/index.js';
import { emptyStore, readVariables as readByLayout } from '../../fake-host/variable-store.js';

const GLOBAL = '8be4df61-93ca-11d2-aa0d-00e098032b8c';
const KEPT = ATTRIBUTES.nonVolatile | ATTRIBUTES.bootService | ATTRIBUTES.runtime;
const global = (name: string, hex: string): EfiVariable => ({
  ...{ name, vendor: GLOBAL, attributes: KEPT, data: Buffer.from(hex, 'hex') },
});
const shown = (file: Uint8Array): Record<string, string> =>
  Object.fromEntries(
    readByLayout(file).map(({ name, data }) => [name, Buffer.from(data).toString('hex')]),
  );
const NIC = [
  { kind: 'pci-root' },
  { kind: 'pci', device: 1, function: 2 },
  { kind: 'pci', device: 0, function: 0 },
  { kind: 'mac', mac: '52:54:00:12:34:56' },
  { kind: 'ipv4' },
] as const;
const http = (over: Partial<NextBoot> = {}): NextBoot => ({
  from: [...NIC, { kind: 'uri', uri: 'https://a/b' }],
  preferInstalled: false,
  always: false,
  ...over,
});

// ACPI PNP0A03, PCI (function first), MAC in 32 bytes and Ethernet, IPv4 by DHCP.
const NIC_HEX =
  '02010c00d041030a00000000' +
  '010106000201' +
  '010106000000' +
  `030b2500525400123456${'00'.repeat(26)}01` +
  `030c1b00${'00'.repeat(23)}`;

describe('device paths', () => {
  it('are laid out byte for byte', () => {
    const hex = (...nodes: Parameters<typeof devicePath>[0]): string =>
      Buffer.from(devicePath(nodes)).toString('hex');
    expect(hex(...NIC)).toBe(`${NIC_HEX}7fff0400`);
    expect(hex({ kind: 'uri', uri: 'https://a/b' })).toBe('03180f0068747470733a2f2f612f627fff0400');
    expect(hex({ kind: 'sata', port: 5 })).toBe('03120a000500ffff00007fff0400');
    expect(hex({ kind: 'scsi', target: 1, lun: 2 })).toBe('03020800010002007fff0400');
  });
});

describe('the next boot', () => {
  it('is an option of its own that BootNext names, and leaves the boot order alone', () => {
    const before = writeVariables(emptyStore(), [
      global('BootOrder', '01000200'),
      global('Timeout', '0000'),
    ]);
    const after = withNextBoot(before, http());
    const path = `${NIC_HEX}03180f0068747470733a2f2f612f627fff0400`;
    const length = Buffer.from([path.length / 2, 0]).toString('hex');
    expect(shown(after)).toEqual({
      BootOrder: '01000200',
      Timeout: '0000',
      Boot7E4E: `01000000${length}42004d0043000000${path}`,
      BootNext: '4e7e',
    });
    expect(hasNextBoot(before)).toBe(false);
    expect(hasNextBoot(after)).toBe(true);
    expect(shown(withNextBoot(after, null))).toEqual(shown(before));
  });

  it('writes the same bytes again, and nothing where there is nothing to take back', () => {
    const once = withNextBoot(emptyStore(), http());
    expect(shown(withNextBoot(once, http()))).toEqual(shown(once));
    const store = emptyStore();
    expect(withNextBoot(store, null)).toBe(store);
  });

  it('for always, stands first in the boot order, and goes from it again', () => {
    const before = writeVariables(emptyStore(), [global('BootOrder', '0100')]);
    const always = withNextBoot(before, http({ always: true }));
    expect(shown(always)['BootOrder']).toBe('4e7e0100');
    expect(hasNextBoot(always)).toBe(false);
    expect(shown(withNextBoot(always, http()))).toMatchObject({
      BootOrder: '0100',
      BootNext: '4e7e',
    });
    expect(shown(withNextBoot(always, null))).toEqual(shown(before));
  });

  it("asks for the firmware's menu with a bit beside others", () => {
    const before = writeVariables(emptyStore(), [global('OsIndications', '0400000000000000')]);
    const menu: NextBoot = { from: 'menu', preferInstalled: false, always: false };
    const after = withNextBoot(before, menu);
    expect(shown(after)).toEqual({ OsIndications: '0500000000000000' });
    expect(hasNextBoot(after)).toBe(true);
    expect(hasNextBoot(before)).toBe(false);
    expect(shown(withNextBoot(after, null))).toEqual({ OsIndications: '0400000000000000' });
  });

  it('of the disk is what an installed system has put into the boot order', () => {
    const partition = `04012a00${'00'.repeat(38)}7fff0400`;
    const entry = (path: string, active = '01'): string =>
      `${active}000000${Buffer.from([path.length / 2, 0]).toString('hex')}78000000${path}`;
    const before = writeVariables(emptyStore(), [
      global('BootOrder', '010002000300'),
      global('Boot0001', entry('7fff0400')),
      global('Boot0002', entry(partition, '00')),
      global('Boot0003', entry(partition)),
    ]);
    const disk = http({ from: [{ kind: 'sata', port: 0 }], preferInstalled: true });
    expect(shown(withNextBoot(before, disk))['BootNext']).toBe('0300');
    expect(shown(withNextBoot(emptyStore(), disk))['BootNext']).toBe('4e7e');
  });
});

describe('a store without room', () => {
  it('gives up what is deleted, and keeps all that is valid', () => {
    let file: Uint8Array = writeVariables(emptyStore(0x800), [global('Kept', 'aabb')]);
    for (let round = 0; round < 100; round += 1)
      file = writeVariables(file, [global('Round', Buffer.alloc(200, round).toString('hex'))]);
    expect(shown(file)).toEqual({ Kept: 'aabb', Round: Buffer.alloc(200, 99).toString('hex') });
    expect(readVariables(file)).toEqual(readByLayout(file));
  });

  it('reads the variable that the firmware was about to replace', () => {
    const bytes = Buffer.from(writeVariables(emptyStore(), [global('Old', '01')]));
    const at = bytes.indexOf(Buffer.from('aa553f', 'hex'));
    bytes.writeUInt8(0x3e, at + 2);
    expect(readVariables(bytes).map(({ name }) => name)).toEqual(['Old']);
    const both = writeVariables(bytes, [global('New', '02')]);
    expect(readVariables(both).map(({ name }) => name)).toEqual(['Old', 'New']);
  });
});
