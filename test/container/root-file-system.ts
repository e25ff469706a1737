/**
 * A root file system with vagrant and vagrant-libvirt, as the image has it: made by debootstrap
 * once, then kept in the user's cache folder.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const call = promisify(execFile);

/** Prefixed where that takes sudo. */
export function asRoot(...argv: string[]): [string, string[]] {
  const [file = '', ...args] = process.getuid?.() === 0 ? argv : ['sudo', '-n', ...argv];
  return [file, args];
}

async function sh(script: string, ...args: string[]): Promise<void> {
  const [file, argv] = asRoot('sh', '-euc', script, 'sh', ...args);
  await call(file, argv, {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    maxBuffer: 64 * 1024 * 1024,
  });
}

/** What the stand-in engine and this file call, from Debian or Ubuntu. */
async function ensurePrograms(): Promise<void> {
  const programs = { debootstrap: '/usr/sbin/debootstrap', bubblewrap: '/usr/bin/bwrap' };
  const missing = Object.entries(programs).flatMap(([name, file]) =>
    existsSync(file) ? [] : [name],
  );
  if (missing.length === 0) return;
  const install = 'apt-get install -y -qq --no-install-recommends "$@"';
  await sh(`${install} || { apt-get update -qq; ${install}; }`, ...missing);
}

/** Of the same release as the machine: its keys are here. */
function release(): { suite: string; mirror: string; components: string } {
  const text = readFileSync('/etc/os-release', 'utf8');
  const value = (key: string): string =>
    new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(text)?.[1] ?? '';
  const suite = value('VERSION_CODENAME');
  return value('ID') === 'ubuntu'
    ? { suite, mirror: 'http://archive.ubuntu.com/ubuntu', components: 'main,universe' }
    : { suite, mirror: 'http://deb.debian.org/debian', components: 'main' };
}

/** Its path. About a minute the first time. */
export async function rootFileSystem(): Promise<string> {
  await ensurePrograms();
  const { suite, mirror, components } = release();
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'ven');
  const root = join(cache, `container-root-${suite}`);
  if (existsSync(root)) return root;
  mkdirSync(cache, { recursive: true });
  const making = `${root}.${process.pid}`;
  try {
    await sh(
      `debootstrap --variant=minbase --components="$3" "$2" "$1" "$4"
      cp /etc/resolv.conf "$1/etc/resolv.conf"
      echo force-unsafe-io > "$1/etc/dpkg/dpkg.cfg.d/unsafe-io"
      chroot "$1" apt-get install -y -qq --no-install-recommends vagrant vagrant-libvirt
      chroot "$1" env HOME=/tmp vagrant plugin list
      rm -rf "$1/tmp/.vagrant.d"
      chroot "$1" apt-get clean
      mv -T "$1" "$5"`,
      making,
      suite,
      components,
      mirror,
      root,
    );
  } catch (error) {
    await sh('rm -rf "$1"', making);
    throw error;
  }
  rmSync(making, { recursive: true, force: true });
  return root;
}
