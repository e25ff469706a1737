/** The program that runs containers here: docker or podman, whichever answers. */
import { VenError } from '../../model/index.js';
import { proxyPasswords } from '../../secrets/index.js';
import { run, type Env, type Ran } from '../exec.js';

export interface Engine {
  /** The program, as it is called. */
  program: 'docker' | 'podman';
  /** What answered: `docker` may be podman under another name. */
  kind: 'docker' | 'podman';
  version: string;
  /** Run by the user alone: root in a container is the user outside. */
  rootless: boolean;
  /** The users of a container are others outside (Docker's userns-remap), unless told otherwise. */
  remapped: boolean;
}

const PROGRAMS = ['docker', 'podman'] as const;
/** How the client finds its engine. */
const CLIENT_VARIABLES = [
  'DOCKER_HOST',
  'DOCKER_CONTEXT',
  'DOCKER_CONFIG',
  'CONTAINER_HOST',
  'CONTAINERS_CONF',
  'REGISTRY_AUTH_FILE',
];
const PROXY_VARIABLES = [
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
];
const PROBE_SECONDS = 20;

export const INSTALL_ENGINE = 'sudo apt-get install docker.io';

/** The proxies that are set, by name. */
export function proxies(env: Env): Record<string, string> {
  return pick(env, PROXY_VARIABLES);
}

/** What a client needs of the environment. A proxy may carry a password. */
export function clientEnv(env: Env): Record<string, string> {
  return { ...pick(env, CLIENT_VARIABLES), ...proxies(env) };
}

export interface EngineCall {
  env: Env;
  timeoutSeconds: number;
  signal?: AbortSignal | undefined;
  accept?: 'any' | undefined;
}

/** Asks or tells an engine something short. */
export function callEngine(
  program: Engine['program'],
  args: readonly string[],
  { env, ...options }: EngineCall,
): Promise<Ran> {
  return run(program, args, {
    env,
    extraEnv: clientEnv(env),
    secrets: proxyPasswords(env),
    cwd: '/',
    ...options,
  });
}

/**
 * The first of docker and podman that answers. @throws VenError `host-not-ready`, with what each of
 * them says.
 */
export async function findEngine(env: Env): Promise<Engine> {
  const said: string[] = [];
  for (const program of PROGRAMS) {
    const found = await askEngine(program, env);
    if (typeof found !== 'string') return found;
    said.push(`${program}: ${found}`);
  }
  throw new VenError('host-not-ready', {
    summary: `No container engine runs here (${said.join('; ')})`,
    hint: `Install and start one: ${INSTALL_ENGINE}; or write runner: local`,
  });
}

/** Every one that answers. */
export async function allEngines(env: Env): Promise<Engine[]> {
  const found = await Promise.all(PROGRAMS.map((program) => askEngine(program, env)));
  return found.filter((engine) => typeof engine !== 'string');
}

/** The engine, or why there is none. */
async function askEngine(program: Engine['program'], env: Env): Promise<Engine | string> {
  const remote = [env['DOCKER_HOST'], env['CONTAINER_HOST']].find(
    (host) => host !== undefined && /^(tcp|ssh|https?):/.test(host),
  );
  if (remote !== undefined)
    return (
      'it is told to work on another machine (DOCKER_HOST or CONTAINER_HOST), ' +
      'which does not have our files'
    );
  try {
    const { stdout, stderr, exitCode } = await callEngine(
      program,
      ['info', '--format', '{{json .}}'],
      {
        env,
        timeoutSeconds: PROBE_SECONDS,
        accept: 'any',
      },
    );
    if (exitCode !== 0) return stderr.trim().split('\n').at(-1) ?? 'it does not answer';
    return readInfo(program, stdout) ?? 'its answer is not understood';
  } catch (error) {
    if (!(error instanceof VenError)) throw error;
    return error.summary;
  }
}

/** `docker info` or `podman info` in JSON; null when it is neither. */
export function readInfo(program: Engine['program'], text: string): Engine | null {
  let info: unknown;
  try {
    info = JSON.parse(text);
  } catch {
    return null;
  }
  const host = at(info, 'host');
  if (host !== undefined) {
    const version = at(at(info, 'version'), 'Version');
    const rootless = at(at(host, 'security'), 'rootless') === true;
    return {
      program,
      kind: 'podman',
      version: typeof version === 'string' ? version : '',
      rootless,
      remapped: false,
    };
  }
  const version = at(info, 'ServerVersion');
  if (typeof version !== 'string' || version === '') return null;
  const options = at(info, 'SecurityOptions');
  const has = (name: string): boolean =>
    Array.isArray(options) &&
    options.some(
      (option) => typeof option === 'string' && option.split(',').includes(`name=${name}`),
    );
  return { program, kind: 'docker', version, rootless: has('rootless'), remapped: has('userns') };
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function pick(env: Env, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) =>
      env[name] === undefined || env[name] === '' ? [] : [[name, env[name]]],
    ),
  );
}
