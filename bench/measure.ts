/**
 * Runs whole commands, times them, and returns the results. All figures are of this run, on this
 * machine.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..');
export const VEN = join(ROOT, 'bin/ven');
export const URI = 'qemu:///system';

export interface Sample {
  seconds: number;
  /** Peak resident memory of the process itself, when it is node and was asked for it. */
  peakMiB: number | null;
  stdout: string;
}

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  codes?: number[];
}

export const note = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** Runs a command to its end; rejects when its exit code is not in `codes`. */
export function run(argv: string[], options: RunOptions = {}): Promise<Sample> {
  const [file = '', ...args] = argv;
  const began = performance.now();
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: { ...process.env, LC_ALL: 'C', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === null || !(options.codes ?? [0]).includes(code))
        reject(
          new Error(
            `${argv.join(' ')}: exit ${code}\n${stdout.slice(-2000)}\n${stderr.slice(-2000)}`,
          ),
        );
      else resolve({ seconds: (performance.now() - began) / 1000, peakMiB: null, stdout });
    });
  });
}

/** The time that some work takes. */
export async function timed(work: () => Promise<void>): Promise<Sample> {
  const began = performance.now();
  await work();
  return { seconds: (performance.now() - began) / 1000, peakMiB: null, stdout: '' };
}

/**
 * Like `run`, for a node program: returns its peak memory too, through a module that node loads
 * first.
 */
export async function runNode(argv: string[], options: RunOptions = {}): Promise<Sample> {
  const dir = mkdtempSync(join(tmpdir(), 'ven-bench-'));
  const probe = join(dir, 'peak.cjs');
  const out = join(dir, 'peak');
  writeFileSync(
    probe,
    `process.on('exit', () => require('fs').writeFileSync(${JSON.stringify(out)}, ` +
      'String(process.resourceUsage().maxRSS)));',
  );
  try {
    const sample = await run(argv, {
      ...options,
      env: { ...options.env, NODE_OPTIONS: `--require ${probe}` },
    });
    return { ...sample, peakMiB: Number(readFileSync(out, 'utf8')) / 1024 };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/**
 * Runs the subjects in turn, A B C A B C …, and returns each one's samples: so drift of the machine
 * hits all alike.
 */
export async function inTurn<Name extends string>(
  rounds: number,
  subjects: Record<Name, () => Promise<Sample>>,
): Promise<Record<Name, Sample[]>> {
  const samples = Object.fromEntries(
    Object.keys(subjects).map((name) => [name, []]),
  ) as unknown as Record<Name, Sample[]>;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of Object.keys(subjects) as Name[]) samples[name].push(await subjects[name]());
  }
  return samples;
}

/** One virsh process for many commands, in as few arguments of at most 100 KiB as they need. */
export async function virsh(commands: readonly string[]): Promise<void> {
  for (let at = 0; at < commands.length;) {
    let text = '';
    while (at < commands.length && text.length + (commands[at] as string).length < 100_000)
      text += `${commands[at++]};`;
    await run(['virsh', '-q', '-c', URI, text]);
  }
}

export interface Row {
  what: string;
  ven: string;
  floor: string;
  ratio: string;
  /** What we hold ven to, and whether it is met. */
  limit: string;
}

/**
 * `ven` beside its floor, medians in seconds, with the ratio and the limit. `beyond`: seconds of
 * ven's that do not count in the ratio.
 */
export function row(
  what: string,
  ven: number[],
  floor: number[],
  floorName: string,
  limit: number | null,
  beyond = 0,
): Row {
  const ratio = (median(ven) - beyond) / median(floor);
  return {
    what,
    ven: seconds(ven),
    floor: `${floorName} ${seconds(floor)}`,
    ratio: ratio.toFixed(2),
    limit: limit === null ? '–' : `≤ ${limit} ${ratio <= limit ? '✓' : '✗'}`,
  };
}

export function seconds(values: number[]): string {
  return (
    `${median(values).toFixed(3)} s ` +
    `(${Math.min(...values).toFixed(3)}–${Math.max(...values).toFixed(3)})`
  );
}
