/**
 * vagrant in a container. It gets libvirt's sockets and the batch's folder, at the same paths, and
 * nothing else of this machine: no capability, no secret on a command line, and the user's own id,
 * so that what it writes is the user's.
 */
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { VenError, type ResolvedHost } from '../../model/index.js';
import { proxyPasswords } from '../../secrets/index.js';
import { allEngines, callEngine, clientEnv, findEngine, proxies, type Engine } from './engine.js';
import type { Env } from '../exec.js';
import type { VagrantRuntime } from './runtime.js';

/**
 * Where the sockets of `qemu:///system` are. The folder, not one socket: which of them is used is
 * the client's choice.
 */
const SOCKETS = '/run/libvirt';
const LABEL = 'ven.fleet';
/** In a batch's folder: it was run in a container, whose name this file holds. */
const NOTE = 'container';
/** A slim image is some hundred MB. */
const PULL_SECONDS = 1800;
const STOP_SECONDS = 60;

export interface ContainerOptions {
  image: string;
  /** Names the fleet among those that anybody runs on this machine. */
  key: string;
  env: Env;
}

export interface ContainerUser {
  uid: number;
  gid: number;
  /** The group that libvirt's socket belongs to; null when that is root's, or unknown. */
  socketGid: number | null;
}

export function containerRuntime({ image, key, env }: ContainerOptions): VagrantRuntime {
  let engine: Engine | null = null;
  let prepared: Promise<Engine> | null = null;
  const user = currentUser();

  return {
    async prepare(say, signal) {
      prepared ??= findEngine(env).then(async (found) => {
        await ensureImage(found, image, env, say, signal);
        return found;
      });
      engine = await prepared;
    },

    program(folder, args, settings) {
      if (engine === null) throw new Error('not prepared');
      const { program } = engine;
      const name = `ven-${key.slice(0, 12)}-${basename(folder)}`;
      // vagrant wants a home. What it writes there (keys, an index) is of no use afterwards.
      mkdirSync(join(folder, 'home'), { mode: 0o700 });
      writeFileSync(join(folder, NOTE), `${name}\n`, { mode: 0o600 });
      return {
        file: program,
        args: containerArguments({
          engine,
          user,
          image,
          key,
          name,
          folder,
          args,
          settings,
          proxyNames: Object.keys(proxies(env)),
        }),
        extraEnv: clientEnv(env),
        secrets: proxyPasswords(env),
        stop: async () => {
          await callEngine(program, ['rm', '--force', name], {
            env,
            timeoutSeconds: STOP_SECONDS,
            accept: 'any',
          }).catch(() => undefined);
        },
      };
    },
  };
}

export interface ContainerCommand {
  engine: Engine;
  user: ContainerUser;
  image: string;
  key: string;
  name: string;
  folder: string;
  args: readonly string[];
  settings: Readonly<Record<string, string>>;
  /** The client takes their values from its own environment: a value may carry a password. */
  proxyNames: readonly string[];
}

/** The engine's arguments for `vagrant ARGS`. */
export function containerArguments(command: ContainerCommand): string[] {
  const { engine, user, image, key, name, folder, args, settings, proxyNames } = command;
  const home = join(folder, 'home');
  const inside = { ...settings, HOME: home, VAGRANT_HOME: join(home, '.vagrant.d'), TMPDIR: home };
  return [
    'run',
    '--rm',
    '--init',
    ...['--name', name],
    ...['--label', `${LABEL}=${key}`],
    // A proxy on 127.0.0.1 is the host's.
    ...['--network', 'host'],
    ...['--cap-drop', 'ALL'],
    ...['--security-opt', 'no-new-privileges'],
    // SELinux would keep it from libvirt's sockets. Relabelling these would change the host.
    ...['--security-opt', 'label=disable'],
    ...userArguments(engine, user),
    ...['--mount', mount(SOCKETS, true)],
    ...['--mount', mount(folder, false)],
    ...['--workdir', folder],
    ...Object.entries(inside).flatMap(([variable, value]) => ['--env', `${variable}=${value}`]),
    ...proxyNames.flatMap((variable) => ['--env', variable]),
    // Not the image's own way in, which changes users and owners before it comes to vagrant.
    ...['--entrypoint', 'vagrant'],
    qualified(engine, image),
    ...args,
  ];
}

/** So that files are the user's afterwards, and libvirt sees who asks. */
function userArguments(
  { kind, rootless, remapped }: Engine,
  { uid, gid, socketGid }: ContainerUser,
): string[] {
  const user = ['--user', `${uid}:${gid}`];
  if (rootless) {
    // docker: root inside is the user outside. podman can keep the user's id, and the groups.
    return kind === 'docker' ? [] : [...user, '--userns', 'keep-id', '--group-add', 'keep-groups'];
  }
  return [
    ...user,
    ...(remapped ? ['--userns', 'host'] : []),
    ...(uid === 0 || socketGid === null || socketGid === gid
      ? []
      : ['--group-add', String(socketGid)]),
  ];
}

/** A bind mount at the same path. The engines read the value as CSV; a path may hold a comma. */
function mount(path: string, readOnly: boolean): string {
  const field = (text: string): string =>
    /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  return [
    'type=bind',
    field(`source=${path}`),
    field(`target=${path}`),
    ...(readOnly ? ['readonly'] : []),
  ].join(',');
}

/** podman knows no registry by itself; docker means its own. */
function qualified({ kind }: Engine, image: string): string {
  const [first = '', ...more] = image.split('/');
  if (kind === 'docker' || (more.length > 0 && /[.:]|^localhost$/.test(first))) return image;
  return more.length === 0 ? `docker.io/library/${image}` : `docker.io/${image}`;
}

function currentUser(): ContainerUser {
  let socketGid: number | null;
  try {
    socketGid = statSync(join(SOCKETS, 'libvirt-sock')).gid;
  } catch {
    socketGid = null;
  }
  return {
    uid: process.geteuid?.() ?? 0,
    gid: process.getegid?.() ?? 0,
    socketGid: socketGid === 0 ? null : socketGid,
  };
}

async function hasImage(engine: Engine, image: string, env: Env): Promise<boolean> {
  const args = ['image', 'inspect', '--format', '{{.Id}}', qualified(engine, image)];
  const { exitCode } = await callEngine(engine.program, args, {
    env,
    timeoutSeconds: 60,
    accept: 'any',
  });
  return exitCode === 0;
}

async function ensureImage(
  engine: Engine,
  image: string,
  env: Env,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  if (await hasImage(engine, image, env)) return;
  say(`fetching the image ${image}`);
  const { exitCode, stderr } = await callEngine(
    engine.program,
    ['pull', '--quiet', qualified(engine, image)],
    {
      env,
      timeoutSeconds: PULL_SECONDS,
      signal,
      accept: 'any',
    },
  );
  if (exitCode === 0) return;
  throw new VenError('host-not-ready', {
    summary: `The image ${image} is not here, and can't be fetched`,
    detail: stderr.trim(),
    hint: `Try it by hand: ${engine.program} pull ${image}; or name another: host.vagrant.image`,
  });
}

export type EngineState = { engine: Engine; image: boolean } | { problem: string };

/** Whether the image could be run here. A problem is an answer, not a rejection. */
export async function engineState(image: string, env: Env): Promise<EngineState> {
  try {
    const engine = await findEngine(env);
    return { engine, image: await hasImage(engine, image, env) };
  } catch (error) {
    if (!(error instanceof VenError)) throw error;
    return { problem: error.summary };
  }
}

/**
 * Ends the containers that a killed run of this fleet left running. Only for who holds the fleet's
 * lock, and before anything is observed. An engine that does not answer runs nothing.
 * @throws VenError `host-not-ready` when one can't be ended.
 */
export async function endLeftOvers(options: {
  runner: ResolvedHost['runner'];
  key: string;
  workDir: string;
  env: Env;
}): Promise<void> {
  const { runner, key, workDir, env } = options;
  if (runner.kind === 'local' && !leftNote(workDir)) return;
  for (const { program } of await allEngines(env)) {
    const listed = await callEngine(
      program,
      ['ps', '--all', '--quiet', '--no-trunc', '--filter', `label=${LABEL}=${key}`],
      {
        env,
        timeoutSeconds: STOP_SECONDS,
      },
    );
    const ids = listed.stdout.split('\n').filter((id) => /^[0-9a-f]{12,64}$/.test(id));
    if (ids.length === 0) continue;
    const removed = await callEngine(program, ['rm', '--force', ...ids], {
      env,
      timeoutSeconds: STOP_SECONDS,
      accept: 'any',
    });
    if (removed.exitCode !== 0) {
      throw new VenError('host-not-ready', {
        summary: 'An earlier run left a container at work, and it can not be ended',
        detail: removed.stderr.trim(),
        hint: `End it by hand: ${program} rm --force ${ids.join(' ')}`,
      });
    }
  }
}

/** The fleet file may say `local` by now. */
function leftNote(workDir: string): boolean {
  try {
    return readdirSync(join(workDir, 'vagrant')).some((batch) =>
      statSync(join(workDir, 'vagrant', batch, NOTE), { throwIfNoEntry: false }),
    );
  } catch {
    return false;
  }
}
