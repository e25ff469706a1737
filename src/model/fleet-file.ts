/** Fleets that are in no file: on the command line, and in texts. */

export const STDIN = '-';

/** What a command without a name of a fleet file reads. */
export const FLEET_HERE = './fleet.yaml';

/** A command of ven's, to type: of its words, those that are not empty. */
export function venCommand(...words: readonly string[]): string {
  return ['ven', ...words].filter((word) => word !== '').join(' ');
}
const STDIN_NAME = '<stdin>';
/** Where a fleet is from that a program gave. */
export const PROGRAM = '<program>';

/** As findings and messages call a fleet file. */
export function fileName(file: string): string {
  return file === STDIN ? STDIN_NAME : file;
}

/**
 * Whether a word among names of VMs is a fleet file: a VM's name has no slash, and neither the
 * ending of a fleet file nor only dots or a hyphen.
 */
export function isFleetWord(word: string): boolean {
  return /\/|\.ya?ml$|^\.\.?$/.test(word) || word === STDIN;
}

/** Whether a mark's `file` names no file: two such may be different fleets. */
export function isNoFile(origin: string): boolean {
  return [STDIN_NAME, PROGRAM].some((name) => origin === name || origin.endsWith(`:${name}`));
}
