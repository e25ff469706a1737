/** A CD that UEFI firmware boots: one EFI program, and nothing else. */
import { closeSync, ftruncateSync, mkdirSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../stand-in/run.ts';

const MIB = 1024 * 1024;

/** Gives its path, in `dir`. */
export async function makeBootIso(dir: string, program: string): Promise<string> {
  const content = join(dir, 'cd');
  mkdirSync(content);
  // El Torito: the firmware is given a FAT file system, in a file of the CD.
  const image = join(content, 'efi.img');
  const file = openSync(image, 'w');
  ftruncateSync(file, Math.ceil(statSync(program).size / MIB + 2) * MIB);
  closeSync(file);
  await run('mformat', ['-i', image, '::']);
  await run('mmd', ['-i', image, '::/EFI', '::/EFI/BOOT']);
  await run('mcopy', ['-i', image, program, '::/EFI/BOOT/BOOTX64.EFI']);
  const iso = join(dir, 'boot.iso');
  const boot = ['-e', 'efi.img', '-no-emul-boot'];
  await run('xorriso', ['-as', 'mkisofs', '-quiet', '-V', 'VENTEST', ...boot, '-o', iso, content]);
  return iso;
}
