/**
 * `npm run bench`: measures ven beside its floors and writes docs/benchmarks.md, except for
 * three parts. Takes about five minutes and a quiet machine.
 */
import { writeFileSync } from 'node:fs';
import { arch, availableParallelism, release } from 'node:os';
import { inTurn, median, row, run, runNode, seconds, URI, VEN, type Row } from './measure.ts';
import { BMC_TITLE, BOOT_TITLE, CONSOLES_TITLE, part, REPORT } from './report.ts';
import { defineAll, fleetFolder, PlainVagrant, undefineAll } from './subjects.ts';

const rows: Row[] = [];
const note = (text: string): void => {
  process.stderr.write(`${text}\n`);
};
const took = (samples: { seconds: number }[]): number[] => samples.map((sample) => sample.seconds);

async function start(): Promise<void> {
  note('start');
  const subjects = {
    node: () => run([process.execPath, '-e', '0']),
    version: () => run([VEN, '--version']),
    help: () => run([VEN, '--help']),
  };
  await inTurn(2, subjects);
  const samples = await inTurn(21, subjects);
  rows.push(row('`ven --version`', took(samples.version), took(samples.node), '`node -e 0`', 3));
  rows.push(row('`ven --help`', took(samples.help), took(samples.node), '`node -e 0`', 3));
}

/** Seconds and MiB of a plan without changes, by number of domains; to see that cost is linear. */
const growth: { domains: number; plan: number[]; dump: number[]; peakMiB: number }[] = [];

async function plan(domains: number): Promise<void> {
  note(`plan of ${domains} defined domains`);
  const folder = fleetFolder(`plan${domains}`, domains, 'off');
  const uuids = await defineAll(folder);
  try {
    const dumps = `${uuids.map((uuid) => `dumpxml ${uuid}`).join(';')};`;
    const subjects = {
      dump: () => run(['virsh', '-q', '-c', URI, dumps]),
      plan: () => runNode([VEN, 'plan', folder.file, '--detailed-exitcode'], { env: folder.env }),
    };
    await inTurn(1, subjects);
    const samples = await inTurn(5, subjects);
    growth.push({
      domains,
      plan: took(samples.plan),
      dump: took(samples.dump),
      peakMiB: Math.max(...samples.plan.map(({ peakMiB }) => peakMiB ?? 0)),
    });
  } finally {
    await undefineAll(folder, uuids);
    folder.remove();
  }
}

async function applyAndDestroy(): Promise<void> {
  note('apply and destroy of 8 VMs');
  const folder = fleetFolder('apply', 8, 'running');
  const plain = new PlainVagrant(8);
  const destroyVen: number[] = [];
  const destroyVirsh: number[] = [];
  const thenAway = async (up: ReturnType<typeof run>): ReturnType<typeof run> => {
    const sample = await up;
    destroyVirsh.push((await plain.away()).seconds);
    return sample;
  };
  try {
    const subjects = {
      ven: async () => {
        const sample = await run([VEN, 'apply', folder.file, '--yes'], { env: folder.env });
        destroyVen.push(
          (await run([VEN, 'destroy', folder.file, '--yes', '--purge'], { env: folder.env }))
            .seconds,
        );
        return sample;
      },
      one: () => thenAway(plain.up('--parallel')),
      each: () => thenAway(plain.upEach()),
      oneByOne: () => thenAway(plain.upOneByOne()),
    };
    await inTurn(1, { one: subjects.one });
    destroyVirsh.length = 0;
    const samples = await inTurn(3, subjects);
    rows.push(
      row(
        '`ven apply`, 8 VMs',
        took(samples.ven),
        took(samples.one),
        '`vagrant up --parallel`, one process',
        0.9,
      ),
    );
    rows.push(
      row(
        '`ven apply`, 8 VMs',
        took(samples.ven),
        took(samples.oneByOne),
        '`vagrant up VM`, a process each, one after another',
        0.45,
      ),
    );
    rows.push({
      ...row(
        '`ven apply`, 8 VMs',
        took(samples.ven),
        took(samples.each),
        '`vagrant up VM`, a process each, all at once',
        1,
      ),
      limit: '–',
    });
    rows.push(
      row(
        '`ven destroy`, 8 VMs',
        destroyVen,
        destroyVirsh,
        '8 parallel `virsh "destroy; undefine --remove-all-storage"`',
        1.3,
      ),
    );
  } finally {
    plain.remove();
    folder.remove();
  }
}

await start();
for (const domains of [3, 250, 1000]) await plan(domains);
for (const { domains, plan: ven, dump } of growth.filter(({ domains }) => domains === 1000)) {
  rows.push(
    row(
      `\`ven plan\`, ${domains} VMs, ${domains} defined domains, no changes`,
      ven,
      dump,
      'one `virsh` dumping them',
      2,
    ),
  );
}
await applyAndDestroy();

const small = growth.find(({ domains }) => domains === 3);
const large = growth.find(({ domains }) => domains === 1000);
const { stdout: versions } = await run(['virsh', '-q', '-c', URI, 'version']);
const table = [
  '| what | ven | floor | ratio | limit |',
  '|---|---|---|---|---|',
  ...rows.map(
    ({ what, ven, floor, ratio, limit }) => `| ${what} | ${ven} | ${floor} | ${ratio} | ${limit} |`,
  ),
];
const growthTable = [
  '| domains | plan | one `virsh` dumping them | plan, ms a domain beyond 3 | peak memory |',
  '|---|---|---|---|---|',
  ...growth.map(({ domains, plan: ven, dump, peakMiB }) => {
    const each =
      domains > 3 && small
        ? (((median(ven) - median(small.plan)) / (domains - 3)) * 1000).toFixed(2)
        : '–';
    return (
      `| ${domains} | ${seconds(ven)} | ${seconds(dump)} | ${each} | ` +
      `${peakMiB.toFixed(0)} MiB |`
    );
  }),
];
const missed =
  large === undefined || median(large.plan) <= 2 * median(large.dump)
    ? ''
    : `## What misses its limit

A plan of 1,000 VMs has more to do than virsh: it starts, reads and resolves the fleet file, asks
for lists and volumes beside the definitions, and compares. The parsing runs beside virsh; these do
not.

`;
const qemu = versions.trim().split('\n').at(-1)?.toLowerCase() ?? '';
const beyond = small ? ((median(small.plan) - median(small.dump)) * 1000).toFixed(0) : '?';
writeFileSync(
  REPORT,
  `# Benchmarks

Written by \`npm run bench\`, \`npm run bench -- boot\`, \`npm run bench -- consoles\` and
\`npm run bench -- bmc\`: each part is from one run, the parts of the last three from other runs
than the rest. Medians, with minimum and maximum. Only the ratios mean something on another machine.
Limits: what we hold ven to.

${availableParallelism()} cores, Linux ${release().split('-')[0]} ${arch()},
Node ${process.version}, ${qemu}; VMs of 128 MiB with BIOS and a 64 MiB disk, software emulation.

${table.join('\n')}

## Plan, by number of domains

All domains are the fleet's own and defined, each with a volume; there is nothing to change.

${growthTable.join('\n')}

A plan of 3 VMs takes ${beyond} ms beyond one virsh process that dumps them (limit 500 ms).
Peak memory at 1,000 domains: ${large?.peakMiB.toFixed(0) ?? '?'} MiB (limit 250 MB).

${part(BOOT_TITLE)}${part(CONSOLES_TITLE)}${part(BMC_TITLE)}${missed}## Measured by hand

kcli, the fastest peer, is in neither npm nor Debian, so it is no part of these runs. Once, by hand,
\`ven apply\` took 0.81 of the time of \`kcli create plan\` for 8 VMs (limit: 1.2).
`,
);
note('written: docs/benchmarks.md');
