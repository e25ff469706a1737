/** What the scripts leave behind, with programs in place of the host's. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ScriptFolder } from './folder.js';

let folder: ScriptFolder;
let dir: string;
beforeEach(() => {
  folder = new ScriptFolder();
  dir = folder.path;
  program('bin/sudo', 'while [ "${1#-}" != "$1" ]; do shift; done\nexec "$@"');
});
afterEach(() => {
  folder.remove();
});

function program(path: string, text: string): void {
  folder.program(path, text);
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it.each(['quickstart-boot.sh', 'quickstart-onboarding.sh'])(
  '%s: Ctrl-C before the stand-in has said anything ends both',
  async (script) => {
    folder.copy(`scripts/${script}`, 'scripts/stand-in.sh');
    program('scripts/setup-host.sh', '');
    program('bin/node', `echo $$ >'${dir}/pid'\nexec sleep 60`);
    const run = spawn('sh', [join(dir, 'scripts', script)], {
      env: folder.env,
      stdio: 'ignore',
    });
    const ended = once(run, 'exit');
    let pid = 0;
    for (let tries = 0; pid === 0 && tries < 1000; tries++) {
      await sleep(10);
      if (existsSync(join(dir, 'pid'))) pid = Number(readFileSync(join(dir, 'pid'), 'utf8'));
    }
    expect(alive(pid)).toBe(true);
    run.kill('SIGINT');
    expect(await Promise.race([ended, sleep(10_000, 'it hangs')])).toEqual([130, null]);
    expect(alive(pid)).toBe(false);
  },
);

it('quickstart-boot.sh: says how to start the stand-in again, with its own node', async () => {
  folder.copy('scripts/quickstart-boot.sh', 'scripts/stand-in.sh');
  program('scripts/setup-host.sh', '');
  program('scripts/with-libvirt.sh', 'exec "$@"');
  program('bin/ven', "echo 'node: Ready'");
  program(
    'node_modules/.bin/node',
    'echo UefiHttpBoot >.lab/access.log\nprintf \'{"pid":%s,}\\n\' $$\nexec sleep 60',
  );
  const run = spawn('sh', [join(dir, 'scripts/quickstart-boot.sh')], {
    env: folder.env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  run.stdout.on('data', (data: Buffer) => (said += data.toString()));
  expect(await once(run, 'close')).toEqual([0, null]);
  expect(said).toContain(`cd ${dir} && sudo -E -H ${dir}/node_modules/.bin/node stand-in/main.ts`);
});

it('quickstart-boot.sh: sudo leaves the home and the work folder of the user alone', async () => {
  folder.copy('scripts/quickstart-boot.sh', 'scripts/stand-in.sh');
  program('bin/id', 'echo 1000');
  // As Debian's: -E alone keeps HOME too.
  program(
    'bin/sudo',
    'while [ "${1#-}" != "$1" ]; do [ "$1" != -H ] || export HOME=/root; shift; done\nexec "$@"',
  );
  program('scripts/setup-host.sh', '');
  program('scripts/with-libvirt.sh', 'exec "$@"');
  program('bin/ven', `echo "$HOME \${XDG_STATE_HOME-}" >>'${dir}/homes'\necho 'node: Ready'`);
  program(
    'bin/node',
    `echo "$HOME \${XDG_STATE_HOME-}" >>'${dir}/homes'\n` +
      `echo UefiHttpBoot >.lab/access.log\nprintf '{"pid":%s,}\\n' $$\nexec sleep 60`,
  );
  const run = spawn('sh', [join(dir, 'scripts/quickstart-boot.sh')], {
    env: {
      ...folder.env,
      HOME: dir,
      XDG_STATE_HOME: join(dir, 'state'),
    },
    stdio: 'ignore',
  });
  expect(await once(run, 'exit')).toEqual([0, null]);
  expect(new Set(readFileSync(join(dir, 'homes'), 'utf8').split('\n'))).toEqual(
    new Set(['/root ', '']),
  );
});

it('setup-libvirt.sh: the libvirtd that it started does not hold its output open', async () => {
  folder.copy('scripts/setup-libvirt.sh');
  program('bin/stat', 'echo kvm');
  for (const name of ['dbus-send', 'virtlogd', 'usermod']) program(`bin/${name}`, '');
  program('bin/virsh', `[ -f '${dir}/pid' ] && printf 'State: running\nActive: yes\n'`);
  program('bin/libvirtd', `echo $$ >'${dir}/pid'\nexec sleep 60`);
  program('bin/tini', 'shift 2\nexec "$@"');
  program('bin/systemctl', 'setsid --fork libvirtd </dev/null >/dev/null 2>&1');
  const run = spawn('sh', [join(dir, 'scripts/setup-libvirt.sh')], {
    env: folder.env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  run.stdout.resume();
  try {
    // `close` comes when nobody holds the output open any more; `exit` would come before.
    expect(await Promise.race([once(run, 'close'), sleep(10_000, 'it hangs')])).toEqual([0, null]);
    expect(alive(Number(readFileSync(join(dir, 'pid'), 'utf8')))).toBe(true);
  } finally {
    process.kill(Number(readFileSync(join(dir, 'pid'), 'utf8')));
  }
});
