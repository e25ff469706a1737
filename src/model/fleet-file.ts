/** Standard input as a fleet file: on the command line, and in texts. */

export const STDIN = '-';
const STDIN_NAME = '<stdin>';

/** As findings and messages call a fleet file. */
export function fileName(file: string): string {
  return file === STDIN ? STDIN_NAME : file;
}

/** Whether a mark's `file` names no file, but standard input: two such may be different fleets. */
export function isStdin(origin: string): boolean {
  return origin === STDIN_NAME || origin.endsWith(`:${STDIN_NAME}`);
}
