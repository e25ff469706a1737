/** A small variable store as edk2 would format it, made from the layout and not with the code under test. */
export function emptyStore(storeBytes = 0x8000): Buffer {
  const volume = 72;
  const file = Buffer.alloc(volume + storeBytes + 0x1000, 0xff);
  file.fill(0, 0, volume + 28);
  Buffer.from('8d2bf1ff96768b4ca9852747075b4f50', 'hex').copy(file, 16);
  file.writeBigUInt64LE(BigInt(file.length), 32);
  file.write('_FVH', 40, 'latin1');
  file.writeUInt32LE(0x0004feff, 44);
  file.writeUInt16LE(volume, 48);
  file.writeUInt8(2, 55);
  file.writeUInt32LE(file.length / 8, 56);
  file.writeUInt32LE(8, 60);
  let sum = 0;
  for (let at = 0; at < volume; at += 2) sum += file.readUInt16LE(at);
  file.writeUInt16LE(-sum & 0xffff, 50);
  Buffer.from('782cf3aa7b949a43a1802e144ec37792', 'hex').copy(file, volume);
  file.writeUInt32LE(storeBytes, volume + 16);
  file.writeUInt8(0x5a, volume + 20);
  file.writeUInt8(0xfe, volume + 21);
  return file;
}

/** Where the first variable of `emptyStore` begins. */
export const FIRST = 100;
