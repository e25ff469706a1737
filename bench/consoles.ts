/**
 * `npm run bench -- consoles`: 200 recorded consoles, ten times as fast as in life, through the code that `ven provision` reads, watches
 * and records them with. No VM runs: another process appends to the logs what virtlogd would.
 */
import { fork } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { parse } from 'yaml';
import { ROOT } from './measure.ts';
import { CONSOLES_TITLE, writePart } from './report.ts';
import { folderOf } from './subjects.ts';

const NODES = 200;
const FASTER = 10;
/** Kernels say more than the recording has: about so many bytes at each of the two boots of a node. */
const CHATTER = 100_000;
const KERNEL = /^\[ +\d+\.\d+\]|EFI stub: Loaded initrd|Ubuntu 24/m;

interface Measured {
  ready: number;
  cpuSeconds: number;
  seconds: number;
  peakMiB: number;
  latestMs: number;
}

const chatter = Array.from(
  { length: CHATTER / 80 },
  (_, index) =>
    `[${(index / 100).toFixed(6).padStart(12)}] pci 0000:00:1f.${index % 8}: reg 0x20: [mem 0xfebf${(index % 4096).toString(16).padStart(4, '0')}]\r\n`,
).join('');
const recording = parse(readFileSync(join(ROOT, 'test/recordings/lab-interactive.yaml'), 'utf8')) as {
  steps: { at: number; says?: string }[];
};
const steps = recording.steps.flatMap(({ at, says }) => (says === undefined ? [] : [{ at: (at * 1000) / FASTER, says }]));
const boots = steps.filter(({ says }) => KERNEL.test(says)).slice(0, 2);
const said = steps.flatMap((step) => {
  if (!boots.includes(step)) return [step];
  // Over a second of the replay, as a kernel's lines come.
  const parts = Array.from({ length: 10 }, (_, part) => chatter.slice((part * chatter.length) / 10, ((part + 1) * chatter.length) / 10));
  return [step, ...parts.map((says, part) => ({ at: step.at + 50 + part * 50, says }))];
});
said.sort((a, b) => a.at - b.at);

const folder = folderOf('consoles');
const logs = join(folder.dir, 'logs');
const watcher = join(folder.dir, 'watch.mjs');
mkdirSync(logs);
try {
  await build({
    entryPoints: [join(ROOT, 'bench/consoles-watch.ts')],
    outfile: watcher,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
    banner: { js: "import { createRequire as $require } from 'node:module';const require = $require(import.meta.url);" },
  });
  const names = Array.from({ length: NODES }, (_, index) => `n${index + 1}`);
  for (const name of names) writeFileSync(join(logs, `bench_${name}-console.log`), '');
  const child = fork(watcher, [logs, join(folder.dir, 'work'), String(NODES), join(ROOT, 'templates/profiles/edge-node.yaml')], {
    execArgv: [],
  });
  const ended = new Promise<Measured>((resolve, reject) => {
    child.on('error', reject).on('message', (message: Measured | 'begun') => {
      if (message === 'begun') replay();
      else resolve(message);
    });
    child.on('exit', (code) => {
      reject(new Error(`the watcher ended with ${code}`));
    });
  });
  const replay = (): void => {
    for (const { at, says } of said)
      setTimeout(() => {
        for (const name of names) appendFileSync(join(logs, `bench_${name}-console.log`), says);
      }, at);
  };
  const { ready, cpuSeconds, seconds, peakMiB, latestMs } = await ended;
  const bytes = said.reduce((sum, { says }) => sum + Buffer.byteLength(says), 0);
  if (ready !== NODES) throw new Error(`only ${ready} of ${NODES} came to ready`);
  const cores = cpuSeconds / seconds;
  writePart(
    CONSOLES_TITLE,
    `Written by \`npm run bench -- consoles\`: ${NODES} nodes say, all at the same time and ${FASTER} times as fast as in life, what a lab's node said on its whole way, with kernel
messages added at both boots: ${(bytes / 1000).toFixed(0)} kB each, ${((bytes * NODES) / 1e6).toFixed(0)} MB in ${seconds.toFixed(0)} s. What reads, watches and records them is what \`ven provision\` does it with, in one process; all ${ready} came to ready. ${availableParallelism()} cores.

| | measured | limit |
|---|---|---|
| CPU | ${cores.toFixed(2)} cores (${cpuSeconds.toFixed(1)} s of ${seconds.toFixed(1)} s) | < 1 ${cores < 1 ? '✓' : '✗'} |
| peak memory | ${peakMiB.toFixed(0)} MiB | < 300 MB ${peakMiB * 1.048576 < 300 ? '✓' : '✗'} |
| longest between two looks | ${latestMs.toFixed(0)} ms | – |`,
  );
  process.stderr.write(`${cores.toFixed(2)} cores, ${peakMiB.toFixed(0)} MiB, ${latestMs.toFixed(0)} ms; written: docs/benchmarks.md\n`);
} finally {
  folder.remove();
}
