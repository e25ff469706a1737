/**
 * Device paths (UEFI specification, 10.3), as far as a boot option of ven's needs them. Each node
 * is type, subtype, its length (16 bit, little-endian) and its data.
 */

const HARDWARE = 1;
const ACPI = 2;
const MESSAGING = 3;
const MEDIA = 4;
const END = 0x7f;

/** EISA ID PNP0A03: a PCI root bridge. */
const PCI_ROOT = 0x0a0341d0;
const ETHERNET = 1;
const NO_PORT_MULTIPLIER = 0xffff;

export interface PciAddress {
  device: number;
  function: number;
}

export type PathNode =
  | { kind: 'pci-root' }
  | ({ kind: 'pci' } & PciAddress)
  | { kind: 'mac'; mac: string }
  /** By DHCP. */
  | { kind: 'ipv4' }
  /** Empty: the URL that DHCP offers. */
  | { kind: 'uri'; uri: string }
  | { kind: 'sata'; port: number }
  | { kind: 'scsi'; target: number; lun: number };

export function devicePath(nodes: readonly PathNode[]): Uint8Array {
  return Buffer.concat([...nodes.map(nodeBytes), node(END, 0xff, Buffer.alloc(0))]);
}

/** Whether a path names a partition of a disk, as what an installed system adds does. */
export function namesPartition(path: Uint8Array): boolean {
  const bytes = Buffer.from(path);
  for (let at = 0; at + 4 <= bytes.length;) {
    const [type, subtype] = [bytes.readUInt8(at), bytes.readUInt8(at + 1)];
    if (type === MEDIA && subtype === 1) return true;
    const length = bytes.readUInt16LE(at + 2);
    if (type === END || length < 4) return false;
    at += length;
  }
  return false;
}

function nodeBytes(each: PathNode): Buffer {
  switch (each.kind) {
    case 'pci-root': {
      const data = Buffer.alloc(8);
      data.writeUInt32LE(PCI_ROOT, 0);
      return node(ACPI, 1, data);
    }
    case 'pci':
      return node(HARDWARE, 1, Buffer.from([each.function, each.device]));
    case 'mac': {
      const data = Buffer.alloc(33);
      Buffer.from(each.mac.replaceAll(':', ''), 'hex').copy(data);
      data.writeUInt8(ETHERNET, 32);
      return node(MESSAGING, 11, data);
    }
    // Local and remote address and port, protocol, whether it is static, gateway, subnet mask.
    case 'ipv4':
      return node(MESSAGING, 12, Buffer.alloc(23));
    case 'uri':
      return node(MESSAGING, 24, Buffer.from(each.uri, 'latin1'));
    case 'sata': {
      const data = Buffer.alloc(6);
      data.writeUInt16LE(each.port, 0);
      data.writeUInt16LE(NO_PORT_MULTIPLIER, 2);
      return node(MESSAGING, 18, data);
    }
    case 'scsi': {
      const data = Buffer.alloc(4);
      data.writeUInt16LE(each.target, 0);
      data.writeUInt16LE(each.lun, 2);
      return node(MESSAGING, 2, data);
    }
  }
}

function node(type: number, subtype: number, data: Buffer): Buffer {
  const header = Buffer.from([type, subtype, 0, 0]);
  header.writeUInt16LE(header.length + data.length, 2);
  return Buffer.concat([header, data]);
}
