import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Lab } from './lab.js';

/** Paths that a user names, or has put in ven's way, stay what they are. */
describe('files that are not ven’s', () => {
  const lab = new Lab('files');
  lab.write(`${Lab.SMALL}vms: [{ name: a, nics: [], power: off }]\n`);
  afterAll(() => lab.close());
  const at = (name: string): string => join(lab.dir, name);

  it('plan --out writes into a device, a descriptor, and through a link', async () => {
    execFileSync('mknod', [at('null'), 'c', '1', '3']);
    symlinkSync('/proc/self/fd/1', at('stdout'));
    symlinkSync('real.json', at('link.json'));
    for (const name of ['null', 'link.json'])
      expect(await lab.ven('plan', '--out', at(name))).toMatchObject({ code: 0 });
    expect(lstatSync(at('null')).isCharacterDevice()).toBe(true);
    expect(lstatSync(at('link.json')).isSymbolicLink()).toBe(true);
    const piped = await lab.ven('plan', '--out', at('stdout'));
    expect(JSON.parse(piped.stdout)).toEqual(JSON.parse(readFileSync(at('real.json'), 'utf8')));
    expect(lstatSync(at('stdout')).isSymbolicLink()).toBe(true);
    execFileSync('mkfifo', [at('pipe')]);
    const refused = await lab.ven('plan', '--out', at('pipe'));
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain('nobody reads from');
  });

  it('a work folder that is a link is not written to, nor cleared', async () => {
    expect(await lab.ven('apply', '--yes')).toMatchObject({ code: 0 });
    const state = join(lab.stateDir, 'ven');
    const work = join(state, readdirSync(state)[0] ?? '');
    renameSync(work, at('elsewhere'));
    writeFileSync(at('elsewhere/logs/theirs.txt'), '');
    symlinkSync(at('elsewhere'), work);
    const before = readdirSync(at('elsewhere'), { recursive: true });
    for (const command of ['apply', 'destroy --purge']) {
      const ran = await lab.ven(...command.split(' '), '--yes');
      expect(ran.code, ran.stdout + ran.stderr).toBe(7);
      expect(ran.stderr).toContain('is a symbolic link');
    }
    expect(readdirSync(at('elsewhere'), { recursive: true })).toEqual(before);
    rmSync(work);
    mkdirSync(work, { mode: 0o700 });
    mkdirSync(join(work, 'logs'));
    writeFileSync(join(work, 'logs/theirs.txt'), '');
    expect(await lab.ven('destroy', '--yes', '--purge')).toMatchObject({ code: 0 });
    expect(readdirSync(join(work, 'logs'))).toEqual(['theirs.txt']);
    expect(existsSync(join(work, 'runs'))).toBe(false);
  });
});
