import { resolve } from 'node:path';
import { VenError, type SecretReference } from '../../model/index.js';
import type { Env } from '../exec.js';
import { checkSecretFile, readSecretFile } from './files.js';

/** `folder`: the fleet file's; relative paths start there. */
export interface SecretsOf {
  env: Env;
  folder: string;
}

/**
 * The secret that a reference names. Read it only when it is used, and pass it to programs by a
 * file descriptor or their input, never as an argument. A line end at the end of a file does not
 * count. Errors contain nothing of the secret.
 * @throws VenError `not-found` (no such file), or `usage`: the variable is not set, the file can be
 * read by others, the secret is empty, or is not text.
 */
export function readSecret(reference: SecretReference, { env, folder }: SecretsOf): string {
  if ('env' in reference) {
    const value = env[reference.env];
    if (value !== undefined && value !== '')
      return refuseControls(value, `The variable ${reference.env}`);
    throw new VenError('usage', {
      summary:
        `The environment variable ${reference.env} is ` +
        `${value === undefined ? 'not set' : 'empty'}`,
      hint:
        'Set it in this shell, without echo: ' +
        `read -rs ${reference.env} && export ${reference.env}`,
    });
  }
  const path = resolve(folder, reference.file);
  const text = decode(readSecretFile(path), path).replace(/\r?\n$/, '');
  if (text === '')
    throw new VenError('usage', {
      summary: `${path} is empty`,
      hint: 'Write the secret into it, on one line',
    });
  return refuseControls(text, path);
}

/**
 * Whether it could be read, without reading it: of variables, nothing is known.
 * @throws VenError as `checkSecretFile`
 */
export function checkSecret(reference: SecretReference, { folder }: SecretsOf): void {
  if ('file' in reference) checkSecretFile(resolve(folder, reference.file));
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new VenError('usage', {
      summary: `${path} is not UTF-8 text`,
      hint: 'Write the secret into it as text, on one line',
    });
  }
}

/** Control characters and line ends, which XML and a console line can't carry. */
function refuseControls(text: string, what: string): string {
  if (!/[\u0000-\u001f\u007f]/.test(text)) return text;
  throw new VenError('usage', {
    summary: `${what} holds more than one line, or control characters`,
    hint: 'A secret is one line of text',
  });
}
