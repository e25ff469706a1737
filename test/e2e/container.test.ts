/**
 * vagrant in a container: the very command line that docker would get, run by a stand-in engine on
 * a root file system of its own (see test/container). As root the tests run ven as another user, so
 * that whose files they are means something.
 */
import { execFileSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StandInEngine } from '../container/engine.ts';
import { rootFileSystem } from '../container/root-file-system.ts';
import { changes, Lab, sleep } from './lab.js';

const IMAGE = 'vagrantlibvirt/vagrant-libvirt:edge-slim';
const PROXIES = {
  http_proxy: 'http://me:pa55w0rd@127.0.0.1:3128',
  https_proxy: 'http://127.0.0.1:3129',
  no_proxy: 'localhost,.internal',
};
const HOST = 'accelerator: qemu, vagrant: { runner: container }';
const FLEET = `${Lab.SMALL}vms: [{ name: n }]\n`;

/** As npm installs it, where the user may look: our own folder may be root's alone. */
function installed(folder: string): string {
  const root = join(import.meta.dirname, '../..');
  const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    files: string[];
  };
  const copy = (name: string, to: string): void =>
    cpSync(join(root, name), join(folder, to), { recursive: true });
  for (const name of ['package.json', ...files]) copy(name, join('ven', name));
  for (const name of readdirSync(join(root, 'node_modules')).filter((each) =>
    each.startsWith('node-linux-'),
  ))
    copy(join('node_modules', name), name);
  return join(folder, 'ven/bin/ven');
}

describe('the container runner', () => {
  const lab = new Lab('box');
  const isRoot = process.getuid?.() === 0;
  const user = `ven-e2e-${process.pid}`;
  let uid = process.getuid?.() ?? 0;
  let engine: StandInEngine;

  const until = async (what: () => boolean): Promise<void> => {
    for (let tries = 0; !what(); tries += 1) {
      if (tries > 300) throw new Error('it did not come about');
      await sleep(100);
    }
  };

  beforeAll(async () => {
    const root = await rootFileSystem();
    if (isRoot) {
      execFileSync('useradd', ['--system', '--no-create-home', '--groups', 'libvirt', user]);
      lab.undo(() => Promise.resolve(execFileSync('userdel', [user])));
      uid = Number(execFileSync('id', ['-u', user], { encoding: 'utf8' }));
      const gid = Number(execFileSync('id', ['-g', user], { encoding: 'utf8' }));
      for (const dir of [lab.dir, lab.stateDir]) chownSync(dir, uid, gid);
      lab.program = installed(lab.dir);
      lab.through = ['setpriv', '--reuid', user, '--regid', user, '--init-groups'];
    }
    engine = new StandInEngine(root, { images: [IMAGE], uid });
    const home = join(lab.dir, 'home');
    mkdirSync(home, { mode: 0o777 });
    lab.env = { ...PROXIES, HOME: home, PATH: `${engine.bin}:${process.env['PATH'] ?? ''}` };
    lab.write(FLEET, HOST);
  });

  afterAll(async () => {
    lab.through = [];
    // The user's work folder is not root's.
    lab.newStateDir();
    await lab.close();
    await engine.close();
  });

  it('brings a VM up; the plan is empty afterwards', async () => {
    const { stdout } = await lab.apply();
    expect(engine.pulled).toEqual([IMAGE]);
    expect(stdout).toContain('1 created');
    expect(engine.seen).toHaveLength(1);
    expect(engine.running).toEqual([]);
    expect(await lab.domains()).toEqual(['n']);
    expect(changes(await lab.plan())).toEqual([]);
  });

  it('gives it only what it needs: two mounts, no rights, the user, safe proxies', () => {
    const [seen] = engine.seen;
    if (!seen) throw new Error('nothing ran');
    const batch = join(lab.stateDir, 'ven');
    const ours = seen.mounts.filter((path) => path.startsWith(batch) || path.startsWith('/run/'));
    expect(ours).toEqual([
      '/run/libvirt',
      expect.stringMatching(/\/vagrant\/batch-[^/]+$/) as string,
    ]);
    expect(seen.env).toMatchObject(PROXIES);
    expect(Object.keys(seen.env)).not.toContain('XDG_STATE_HOME');
    expect(seen.argv.join(' ')).not.toContain('pa55w0rd');
    expect(seen.status).toMatchObject({
      CapBnd: '0000000000000000',
      CapEff: '0000000000000000',
      NoNewPrivs: '1',
    });
    expect(seen.status['Uid']).toBe(Array(4).fill(uid).join('\t'));
  });

  it('leaves files that are the user’s', () => {
    expect([...(engine.seen[0]?.owners ?? [])]).toEqual([uid]);
    const kept = readdirSync(lab.stateDir, { recursive: true, encoding: 'utf8' });
    expect(kept.length).toBeGreaterThan(0);
    expect(new Set(kept.map((name) => lstatSync(join(lab.stateDir, name)).uid))).toEqual(
      new Set([uid]),
    );
  });

  it('destroy leaves nothing', async () => {
    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
    expect(await lab.leftovers()).toEqual([]);
  });

  it('the second Ctrl-C ends the container, and destroys no VM', async () => {
    const run = lab.start('apply', '--yes');
    await until(
      () => engine.seen.at(-1)?.status['Uid'] !== undefined && engine.running.length === 1,
    );
    engine.freeze();
    run.child.kill('SIGINT');
    await sleep(300);
    run.child.kill('SIGINT');
    expect((await run.ended).code).toBe(130);
    expect(engine.running).toEqual([]);
  });

  it('kill -9 of the run: its container holds the fleet; the next run ends it', async () => {
    const before = engine.seen.length;
    const run = lab.start('apply', '--yes');
    await until(
      () =>
        engine.seen.length > before &&
        engine.seen.at(-1)?.status['Uid'] !== undefined &&
        engine.running.length === 1,
    );
    engine.freeze();
    const [left] = engine.running;
    run.child.kill('SIGKILL');
    await run.ended.catch(() => undefined);
    expect((await lab.ven('apply', '--yes')).code).toBe(5);
    expect(engine.running).toEqual([left]);

    engine.killClients();
    await lab.apply(0, '--lock-timeout', '10s');
    expect(engine.running).toEqual([]);
    expect(await lab.domains()).toEqual(['n']);
    expect(changes(await lab.plan())).toEqual([]);
  });

  it('without an engine doctor says so, and apply changes nothing', async () => {
    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
    const bin = mkdtempSync(join(tmpdir(), 'ven-no-engine-'));
    const { env } = lab;
    try {
      execFileSync('chmod', ['755', bin]);
      for (const name of ['docker', 'podman'])
        writeFileSync(join(bin, name), `#!/bin/sh\necho 'no ${name} daemon here' >&2\nexit 1\n`, {
          mode: 0o755,
        });
      lab.env = { ...env, PATH: `${bin}:${process.env['PATH'] ?? ''}` };
      const doctor = await lab.ven('doctor');
      expect(doctor.stdout).toContain(
        'No container engine runs here (docker: no docker daemon here; podman: no podman ' +
          'daemon here)',
      );
      const ran = await lab.ven('apply', '--yes');
      expect(ran.code).toBe(7);
      expect(ran.stderr).toContain('No container engine runs here');
      expect(await lab.domains('--all')).toEqual([]);
    } finally {
      lab.env = env;
      rmSync(bin, { recursive: true, force: true });
    }
  });
});
