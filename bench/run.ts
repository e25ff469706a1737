/**
 * `npm run bench`: measures ven beside its floors and its peers, and writes docs/benchmarks.md,
 * except for four parts. Takes about half an hour and a quiet machine.
 */
import { writeFileSync } from 'node:fs';
import { arch, availableParallelism, release } from 'node:os';
import { join } from 'node:path';
import { eight } from './eight.ts';
import { many } from './many.ts';
import { inTurn, note, ROOT, row, run, URI, VEN, type Row } from './measure.ts';
import { plans } from './plans.ts';
import { BMC_TITLE, BOOT_TITLE, CONSOLES_TITLE, HOSTS_TITLE, part, REPORT } from './report.ts';

async function start(): Promise<Row[]> {
  note('start');
  const subjects = {
    node: () => run([process.execPath, '-e', '0']),
    version: () => run([VEN, '--version']),
    help: () => run([VEN, '--help']),
  };
  await inTurn(2, subjects);
  const samples = await inTurn(21, subjects);
  const took = (name: keyof typeof subjects): number[] => samples[name].map((each) => each.seconds);
  return [
    row('`ven --version`', took('version'), took('node'), '`node -e 0`', 1.5),
    row('`ven --help`', took('help'), took('node'), '`node -e 0`', null),
  ];
}

/** What `git` says this measures; with a `+` where the program was changed since. */
async function commit(): Promise<string> {
  const { stdout } = await run(['git', 'rev-parse', '--short', 'HEAD'], { cwd: ROOT });
  const changed = await run(['git', 'status', '--porcelain', 'src', 'templates'], { cwd: ROOT });
  return stdout.trim() + (changed.stdout.trim() === '' ? '' : '+');
}

const started = await start();
const side = await eight();
const wide = await many();
const planned = await plans();

const { stdout: versions } = await run(['virsh', '-q', '-c', URI, 'version']);
const system = `Linux ${release().split('-')[0]} ${arch()}`;
const qemu = versions.trim().split('\n').at(-1)?.toLowerCase() ?? '';
const table = [
  '| what | ven | beside it | ratio | limit |',
  '|---|---|---|---|---|',
  ...[...started, ...side.rows, ...wide, ...planned.rows].map(
    ({ what, ven, floor, ratio, limit }) => `| ${what} | ${ven} | ${floor} | ${ratio} | ${limit} |`,
  ),
];
writeFileSync(join(ROOT, 'docs/images/eight.svg'), side.chart);
writeFileSync(
  REPORT,
  `# Benchmarks

Written by \`npm run bench\`, \`npm run bench -- boot\`, \`npm run bench -- consoles\`,
\`npm run bench -- bmc\` and \`npm run bench -- hosts\`: each part is from one run, the parts of the
last four from other runs than the rest. Medians, with minimum and maximum. Only the ratios mean
something on another machine. Limits: what we hold ven to.

Commit ${await commit()}, ${availableParallelism()} cores, ${system}, Node ${process.version},
${qemu}; VMs of 128 MiB with BIOS and a 64 MiB disk, software emulation.

## 8 VMs, side by side

![Seconds to make, to find nothing to do, and to take away](images/eight.svg)

${side.text}

kcli is there where \`VEN_BENCH_KCLI\` names the folder of its source: it is in neither npm nor
Debian. Vagrant's own \`destroy\` and its second \`up\` are left out: they do other things.

## Ratios and limits

${table.join('\n')}

## Plan, by number of domains

All domains are defined and off; there is nothing to change. Beside domains of others, three are
wanted.

${planned.text}

${part(BOOT_TITLE)}${part(CONSOLES_TITLE)}${part(BMC_TITLE)}${part(HOSTS_TITLE)}`.trimEnd() + '\n',
);
note('written: docs/benchmarks.md and docs/images/eight.svg');
