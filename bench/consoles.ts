/**
 * `npm run bench -- consoles`: 200 recorded consoles, at ten times their speed, through the code
 * with which `ven provision` reads, watches, answers and records them. No VM runs: this process
 * appends to the logs in the place of virtlogd. A program called `virsh` is at the other end of the
 * consoles: it takes what is typed, and a node goes on once it is answered.
 */
import { fork } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { build } from 'esbuild';
import { parse } from 'yaml';
import { ROOT } from './measure.ts';
import { CONSOLES_TITLE, writePart } from './report.ts';
import { folderOf } from './subjects.ts';

const NODES = 200;
const FASTER = 10;
/**
 * Kernels print more than the recording has: about this many bytes at each of a node's two boots.
 */
const CHATTER = 100_000;
const USERNAME = 'edge-user';
const PASSWORD = 'not-a-real-password';
/** The same user everywhere. */
const PROMPTS = [
  { prompt: /Username: $| login: $/, answer: USERNAME },
  { prompt: /Password: $/, answer: PASSWORD },
  { prompt: /:~\$ \S*$/, answer: commandOf('templates/profiles/edge-node.yaml') },
];
const KERNEL = /^\[ +\d+\.\d+\]|EFI stub: Loaded initrd|Ubuntu 24/m;

/** What a profile types at a shell. */
function commandOf(file: string): string {
  const { stages } = parse(readFileSync(join(ROOT, file), 'utf8')) as {
    stages: { answers?: { run?: string }[] }[];
  };
  return stages.flatMap(({ answers = [] }) => answers.flatMap(({ run }) => run ?? []))[0] ?? '';
}

interface Measured {
  ready: number;
  cpuSeconds: number;
  /** Of the processes that it started to type. */
  typingSeconds: number;
  /** Cores over the 10 s with the most, those processes included. */
  busiest: number;
  seconds: number;
  peakMiB: number;
  latestMs: number;
}

const chatter = Array.from(
  { length: CHATTER / 80 },
  (_, index) =>
    `[${(index / 100).toFixed(6).padStart(12)}] pci 0000:00:1f.${index % 8}: reg 0x20: [mem ` +
    `0xfebf${(index % 4096).toString(16).padStart(4, '0')}]\r\n`,
).join('');
const recording = parse(
  readFileSync(join(ROOT, 'test/recordings/lab-interactive.yaml'), 'utf8'),
) as {
  steps: { at: number; says?: string }[];
};
const steps = recording.steps.flatMap(({ at, says }) =>
  says === undefined ? [] : [{ at: (at * 1000) / FASTER, says }],
);
const prompts = steps.filter(({ says }) => PROMPTS.some(({ prompt }) => prompt.test(says))).length;
const boots = steps.filter(({ says }) => KERNEL.test(says)).slice(0, 2);
const said = steps.flatMap((step) => {
  if (!boots.includes(step)) return [step];
  // Over a second of the replay, as a kernel's lines come.
  const parts = Array.from({ length: 10 }, (_, part) =>
    chatter.slice((part * chatter.length) / 10, ((part + 1) * chatter.length) / 10),
  );
  return [step, ...parts.map((says, part) => ({ at: step.at + 50 + part * 50, says }))];
});
said.sort((a, b) => a.at - b.at);

const folder = folderOf('consoles');
const logs = join(folder.dir, 'logs');
const bin = join(folder.dir, 'bin');
const typed = join(folder.dir, 'typed');
const watcher = join(folder.dir, 'watch.mjs');
mkdirSync(logs);
mkdirSync(bin);
writeFileSync(typed, '');
// Like `virsh -q -c URI console UUID --safe`: raw, typed bytes go to the guest and come back,
// Ctrl-] leaves.
writeFileSync(
  join(bin, 'virsh'),
  `#!/usr/bin/perl
$SIG{HUP} = 'IGNORE';
system('stty', 'raw', '-echo');
my $line = '';
while (sysread(STDIN, my $bytes, 4096)) {
  exit 0 if $bytes =~ /^\x1d/;
  $line .= $bytes;
  next unless $line =~ /^([^\r]*)\r(\x1d?)/;
  open(my $typed, '>>', '${typed}');
  syswrite($typed, "$ARGV[4] $1\n");
  syswrite(STDOUT, "\r\n");
  exit 0 if $2;
  $line = '';
}
`,
  { mode: 0o755 },
);

/** What was typed, by node, in order. */
const answers = new Map<string, string[]>();
function readAnswers(): void {
  answers.clear();
  for (const line of readFileSync(typed, 'utf8').split('\n').slice(0, -1)) {
    const [, uuid = '', text = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
    answers.set(uuid, [...(answers.get(uuid) ?? []), text]);
  }
}

/** Says all that a node says, and waits at each prompt until it is answered. */
async function live(name: string): Promise<void> {
  const uuid = `uuid-${name}`;
  let asked = 0;
  let now = 0;
  for (const { at, says } of said) {
    if (at > now) await pause(at - now);
    now = at;
    appendFileSync(join(logs, `bench_${name}-console.log`), says);
    const wanted = PROMPTS.find(({ prompt }) => prompt.test(says))?.answer;
    if (wanted === undefined) continue;
    while (answers.get(uuid)?.[asked] === undefined) await pause(50);
    if (answers.get(uuid)?.[asked] !== wanted)
      throw new Error(`${name} was answered ${answers.get(uuid)?.[asked]}`);
    asked += 1;
  }
}

try {
  await build({
    entryPoints: [join(ROOT, 'bench/consoles-watch.ts')],
    outfile: watcher,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
    banner: {
      js:
        "import { createRequire as $require } from 'node:module';const require = " +
        '$require(import.meta.url);',
    },
  });
  const names = Array.from({ length: NODES }, (_, index) => `n${index + 1}`);
  for (const name of names) writeFileSync(join(logs, `bench_${name}-console.log`), '');
  const child = fork(
    watcher,
    [
      logs,
      join(folder.dir, 'work'),
      String(NODES),
      join(ROOT, 'templates/profiles/edge-node.yaml'),
      USERNAME,
      PASSWORD,
    ],
    {
      execArgv: [],
      env: { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH']}` },
    },
  );
  const ended = new Promise<Measured>((resolve, reject) => {
    child.on('error', reject).on('message', (message: Measured | 'begun') => {
      if (message === 'begun') Promise.all(names.map(live)).catch(reject);
      else resolve(message);
    });
    child.on('exit', (code) => {
      reject(new Error(`the watcher ended with ${code}`));
    });
  });
  const looking = setInterval(readAnswers, 50);
  const { ready, cpuSeconds, typingSeconds, busiest, seconds, peakMiB, latestMs } =
    await ended.finally(() => {
      clearInterval(looking);
      child.kill();
    });
  readAnswers();
  const bytes = said.reduce((sum, { says }) => sum + Buffer.byteLength(says), 0);
  if (ready !== NODES) throw new Error(`only ${ready} of ${NODES} came to ready`);
  const twice = [...answers].filter(([, texts]) => texts.length !== prompts);
  if (answers.size !== NODES || twice.length > 0)
    throw new Error(`not answered once each: ${twice.map(([uuid]) => uuid).join(', ')}`);
  const cores = (cpuSeconds + typingSeconds) / seconds;
  const cpu =
    `${cores.toFixed(2)} cores (${cpuSeconds.toFixed(1)} s by ven, ` +
    `${typingSeconds.toFixed(1)} s by those, of ${seconds.toFixed(1)} s)`;
  writePart(
    CONSOLES_TITLE,
    `Written by \`npm run bench -- consoles\`: ${NODES} nodes play, all at once and ${FASTER} times
as fast, the recording of a lab's node from power-on to ready, with kernel messages added at
both boots: ${(bytes / 1000).toFixed(0)} kB each, ${((bytes * NODES) / 1e6).toFixed(0)} MB.
At each of its ${prompts} prompts a node waits for its answer. Typing is as slow as on a
real console, eight at a time, so the run takes ${seconds.toFixed(0)} s. One process reads,
watches, answers and records them with the code of \`ven provision\`; each was answered once, and
all ${ready} came to ready. A small program stands for virsh at the consoles, and libvirt is not
asked. ${availableParallelism()} cores.

| | measured | limit |
|---|---|---|
| CPU, with the processes that type | ${cpu} | < 1 ${cores < 1 ? '✓' : '✗'} |
| the same in the busiest 10 s | ${busiest.toFixed(2)} cores | < 1 ${busiest < 1 ? '✓' : '✗'} |
| peak memory | ${peakMiB.toFixed(0)} MiB | < 300 MB ${peakMiB * 1.048576 < 300 ? '✓' : '✗'} |
| longest between two looks | ${latestMs.toFixed(0)} ms | – |`,
  );
  process.stderr.write(
    `${cores.toFixed(2)} cores, ${busiest.toFixed(2)} in the busiest 10 s, ` +
      `${peakMiB.toFixed(0)} MiB, ${latestMs.toFixed(0)} ms; written: docs/benchmarks.md\n`,
  );
} finally {
  folder.remove();
}
