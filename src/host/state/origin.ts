import { realpathSync } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { fileName, isNoFile } from '../../model/index.js';
import { isLocal } from '../libvirt/local.js';

/** Paths may have 4,096 bytes; a mark need not. */
const MAX_LENGTH = 1024;

/**
 * Where a fleet file is, as a person knows it who looks at the libvirt of `uri`: its real path,
 * with `MACHINE:` before it where libvirt is on another one. Standard input and `PROGRAM` have no
 * path. The beginning of a long one is left out; what XML or a terminal can't take becomes U+FFFD.
 */
export function originOf(file: string, uri: string): string {
  const text = `${isLocal(uri) ? '' : `${hostname()}:`}${pathOf(file)}`
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cn}\u2028\u2029]/gu, '\ufffd');
  return text.length <= MAX_LENGTH ? text : `…${text.slice(1 - MAX_LENGTH).toWellFormed()}`;
}

function pathOf(file: string): string {
  if (isNoFile(fileName(file))) return fileName(file);
  const path = resolve(file);
  try {
    return realpathSync(path);
  } catch {
    // It was read a moment ago; where it was is all that is left to say.
    return path;
  }
}
