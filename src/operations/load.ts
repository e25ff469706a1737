import { resolve } from 'node:path';
import { loadFleet, onNamedHost, parseFleet, type LoadOptions } from '../config/index.js';
import {
  checkSecret,
  commandLine,
  findFleetFile,
  isFoundHere,
  folderOf,
  originOf,
  readFleetFile,
  readNamedFile,
  readSecret,
  readStandardInput,
} from '../host/index.js';
import {
  fileName,
  PROGRAM,
  STDIN,
  VenError,
  type Fleet,
  type ReadSecret,
  type ResolvedFleet,
  type SecretReference,
} from '../model/index.js';
import { rememberSecret, rememberVariable, showingVariables } from '../secrets/index.js';
import type { Ports } from './ports.js';

/** The request of every command. */
export interface Request {
  /** The fleet file's path, or `-`: standard input. `openFleetFile` gives it. */
  file: string;
  /** In place of what is in it. */
  content?: string;
  /** A URI that goes before the fleet file's. */
  connect?: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
  /** Default: `PORTS`. */
  ports?: Ports;
  /** Is told what the host has not answered for some seconds. */
  waiting?: ((what: string) => void) | undefined;
}

/**
 * The `file` of a request for what a person gave: a folder means its fleet file, nothing the
 * current folder's; `-` is standard input, which is read now. Rejects with `not-found` for a folder
 * without one, `fleet-file` for input that can't be read.
 */
export async function openFleetFile(given: string | undefined): Promise<string> {
  const file = findFleetFile(given);
  if (file === STDIN) await readStandardInput();
  return file;
}

/**
 * The words that name a request's fleet, on its host, in another command, and `more`: for a shell.
 * Empty for the fleet file that is found here without its name: see `venCommand`.
 */
export function wordsOf(
  { file, connect }: Pick<Request, 'file' | 'connect'>,
  ...more: readonly string[]
): string {
  const words = [...(connect === undefined ? [] : ['--connect', connect]), ...more];
  const [first, ...rest] = isFoundHere(file) ? words : [file, ...words];
  return first === undefined ? '' : commandLine(first, rest);
}

/**
 * Reads, checks and resolves the fleet file; with `readSecret`, also checks what it refers to. Its
 * host is that of the file alone: for work that needs none. Rejects with `fleet-file` (all findings
 * at once) or `not-found`.
 */
export function loadFleetFile(request: Request, readSecret?: ReadSecret): ResolvedFleet {
  return loadFleet(contentOf(request), loadOptions(request, readSecret));
}

/** The same for a file whose `caCertificate` may not be there yet: it is taken for not written. */
export function loadWithoutAuthority(request: Request): ResolvedFleet {
  const { surroundings, ...options } = loadOptions(request);
  const missing = { ...surroundings, withoutAuthority: true };
  return loadFleet(contentOf(request), { ...options, surroundings: missing });
}

/**
 * The same, for work on its one host: the request and the environment may name it. `usage`, too,
 * also for a fleet on several hosts.
 */
export function loadOnHost(request: Request, readSecret?: ReadSecret): ResolvedFleet {
  return onOneHost(loadOnHosts(request, readSecret));
}

/** @throws VenError `usage` */
function onOneHost(fleet: ResolvedFleet): ResolvedFleet {
  if (fleet.hosts === undefined) return fleet;
  throw new VenError('usage', {
    summary: 'This command works with a fleet on one host, and the fleet file has `hosts`',
    hint:
      'What speaks of several: plan, apply, destroy, status, hosts, power, provision, logs, ' +
      'console, vnc, link, doctor, timeline, export, validate.',
  });
}

/** The same, for work that a fleet on several hosts can do, too. */
export function loadOnHosts(request: Request, readSecret?: ReadSecret): ResolvedFleet {
  return onHost(loadFleetFile(request, readSecret), request, originOfRequest(request));
}

/** The same for who serves its BMCs; their secrets are read. */
export function loadForBmcs(request: Request, readSecret: ReadSecret): ResolvedFleet {
  const { surroundings, ...options } = loadOptions(request);
  const reading = { ...surroundings, bmcSecrets: { read: readSecret } };
  const fleet = loadFleet(contentOf(request), { ...options, surroundings: reading });
  return onOneHost(onHost(fleet, request, originOfRequest(request)));
}

function originOfRequest({ file, content }: Request): string {
  return content === undefined ? file : PROGRAM;
}

/** A fleet on the host that it is really for. @throws VenError `usage` for a wrong URI */
export function onHost(
  fleet: ResolvedFleet,
  { connect, env }: Pick<Request, 'connect' | 'env'>,
  file: string,
): ResolvedFleet {
  const named = { flag: connect, environment: env['LIBVIRT_DEFAULT_URI'] };
  const there = onNamedHost(fleet, named);
  // However many hosts: all marks name the file alike.
  const uris = there.hosts?.map(({ uri }) => uri) ?? [there.host.uri];
  const names = uris.map((uri) => originOf(file, uri));
  const [longest = file] = names.toSorted((a, b) => b.length - a.length);
  return { ...there, file: longest };
}

/** The fleet as it is written, checked likewise. */
export function parseFleetFile(request: Request): Fleet {
  const { fleet } = parseFleet(contentOf(request), loadOptions(request));
  return structuredClone(fleet); // its maps have no prototype
}

/** What is in the fleet file. @throws VenError as `readFleetFile` */
export function contentOf({ file, content }: Request): string | Uint8Array {
  return content ?? readFleetFile(file);
}

function loadOptions(
  { file, env }: Request,
  readSecret?: ReadSecret,
): LoadOptions & Required<Pick<LoadOptions, 'surroundings'>> {
  const surroundings = {
    readFile: (path: string) =>
      new TextDecoder().decode(readNamedFile(resolve(folderOf(file), path))),
    now: new Date(),
    ...(readSecret && { readSecret }),
    bmcSecrets: {
      check: named((reference: SecretReference) => {
        checkSecret(reference, { env, folder: folderOf(file) });
      }),
    },
  };
  return { file: fileName(file), env, surroundings, onVariable: rememberVariable };
}

/**
 * Reads secrets on demand, each reference once, so that it has one value within a command.
 */
export function secretReader({ file, env }: Pick<Request, 'file' | 'env'>): ReadSecret {
  const known = new Map<string, string>();
  const read: ReadSecret = named((reference) =>
    readSecret(reference, { env, folder: folderOf(file) }),
  );
  return (reference) => {
    const key = JSON.stringify(reference);
    const secret = known.get(key) ?? read(reference);
    known.set(key, secret);
    rememberSecret(secret);
    return secret;
  };
}

function named<T>(look: (reference: SecretReference) => T): (reference: SecretReference) => T {
  return (reference) => {
    try {
      return look(reference);
    } catch (error) {
      throw error instanceof VenError ? withVariables(error) : error;
    }
  };
}

/** A reference may be a variable's value, and that a secret that is in the wrong place. */
function withVariables({ code, summary, detail, hint }: VenError): VenError {
  return new VenError(code, {
    summary: showingVariables(summary),
    detail: detail && showingVariables(detail),
    hint: hint && showingVariables(hint),
  });
}
