import { logs, severalLogs } from '../operations/index.js';
import { errorText, logLines, printable, styleOf } from '../view/index.js';
import type { NamedFleet } from './fleet.js';
import { readerIsGone, stderr, stdout } from './output.js';
import type { Stop } from './stop.js';
import { CommandLineError } from './usage-errors.js';

interface Chosen {
  follow: boolean;
  raw: boolean;
  since: 'boot' | undefined;
  tail: number | undefined;
}

/** Prints the logs of the VMs; of several, each line with its VM's name. */
export async function showLogs(
  { vms, ...fleet }: NamedFleet & { vms: string[] },
  { follow, raw, since, tail }: Chosen,
  stop: Pick<Stop, 'signal' | 'now'>,
): Promise<void> {
  const [vm, ...others] = vms;
  if (vm === undefined)
    throw new CommandLineError({
      summary: 'No VM is named',
      hint: 'Name the VMs: ven logs edge-1 edge-2',
    });
  if (raw && others.length > 0)
    throw new CommandLineError({ summary: '--raw is for one VM: bytes of several would mix' });
  const print = (text: string | Uint8Array): void => {
    if (readerIsGone()) stop.now();
    else stdout(text);
  };
  const request = {
    ...fleet,
    ...{ env: process.env, follow, since: since ?? null, tail: tail ?? null },
    signal: stop.signal,
    empty: (address: string) => {
      const when = since === undefined ? 'yet' : 'since its last boot';
      stderr(`${address}: no output ${when}${follow ? '; waiting for it' : ''}\n`);
    },
  };
  if (others.length === 0) {
    await logs({
      ...{ ...request, vm, raw },
      write: (text) => {
        if (readerIsGone()) stop.now();
        else if (text !== '') print(raw ? Buffer.from(text, 'latin1') : printable(text));
      },
    });
    return;
  }
  const lineOf = logLines(vms, styleOf(process.stdout, process.env));
  await severalLogs({
    ...{ ...request, vms },
    line: (name, line) => {
      print(lineOf(name, line));
    },
    lost: (error) => {
      stderr(errorText(error, styleOf(process.stderr, process.env)));
      process.exitCode = error.exitCode;
    },
  });
}
