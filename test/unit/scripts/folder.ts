import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');

/** A folder with copies of the repository's scripts, and programs in place of the host's. */
export class ScriptFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'ven-scripts-'));
  /** What finds the programs of `bin` first. */
  readonly env = { PATH: `${join(this.path, 'bin')}:${process.env['PATH'] ?? ''}` };

  copy(...names: string[]): void {
    for (const name of names) {
      mkdirSync(dirname(join(this.path, name)), { recursive: true });
      copyFileSync(join(ROOT, name), join(this.path, name));
    }
  }

  program(name: string, text: string): void {
    mkdirSync(dirname(join(this.path, name)), { recursive: true });
    writeFileSync(join(this.path, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(this.path, name), 0o755);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
