import { resolve } from 'node:path';
import { loadFleet, parseFleet, type LoadOptions } from '../config/index.js';
import { folderOf, originOf, readFleetFile, readNamedFile, readSecret } from '../host/index.js';
import { VenError, type Fleet, type ReadSecret, type ResolvedFleet } from '../model/index.js';
import { rememberSecret, rememberVariable, showingVariables } from '../secrets/index.js';
import type { Ports } from './ports.js';

/** The request of every command. */
export interface Request {
  /** The fleet file's path. */
  file: string;
  /** In place of what is in it. */
  content?: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Default: `PORTS`. */
  ports?: Ports;
  /** Is told what the host has not answered for some seconds. */
  waiting?: ((what: string) => void) | undefined;
}

/**
 * Reads, checks and resolves the fleet file; with `readSecret`, also checks what it refers to.
 * Rejects with `fleet-file` (all findings at once) or `not-found`.
 */
export function loadFleetFile(request: Request, readSecret?: ReadSecret): ResolvedFleet {
  const fleet = loadFleet(contentOf(request), loadOptions(request, readSecret));
  return { ...fleet, file: originOf(request.file, fleet.host.uri) };
}

/** The fleet as it is written, checked likewise. */
export function parseFleetFile(request: Request): Fleet {
  const { fleet } = parseFleet(contentOf(request), loadOptions(request));
  return structuredClone(fleet); // its maps have no prototype
}

function contentOf({ file, content }: Request): string | Uint8Array {
  return content ?? readFleetFile(file);
}

function loadOptions({ file, env }: Request, readSecret?: ReadSecret): LoadOptions {
  const surroundings = {
    readFile: (path: string) =>
      new TextDecoder().decode(readNamedFile(resolve(folderOf(file), path))),
    now: new Date(),
    ...(readSecret && { readSecret }),
  };
  return { file, env, surroundings, onVariable: rememberVariable };
}

/**
 * Reads secrets on demand, each reference once, so that it has one value within a command.
 */
export function secretReader({ file, env }: Request): ReadSecret {
  const known = new Map<string, string>();
  const read: ReadSecret = (reference) => {
    try {
      return readSecret(reference, { env, folder: folderOf(file) });
    } catch (error) {
      throw error instanceof VenError ? withVariables(error) : error;
    }
  };
  return (reference) => {
    const key = JSON.stringify(reference);
    const secret = known.get(key) ?? read(reference);
    known.set(key, secret);
    rememberSecret(secret);
    return secret;
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
