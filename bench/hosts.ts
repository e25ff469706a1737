/**
 * `npm run bench -- hosts`: fleets over up to 100 hosts in memory: what ven itself takes. No VM
 * runs and no libvirt answers; the hosts are those of the tests, which work on real XML.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { note, ROOT, run } from './measure.ts';
import { HOSTS_TITLE, writePart } from './report.ts';

/** Hosts, and VMs on each. */
const SIZES = [
  [10, 200],
  [50, 200],
  [100, 200],
] as const;

interface Taken {
  took: Record<'file' | 'placement' | 'plan' | 'apply' | 'again', number>;
  peakMiB: number;
  steps: number;
}

// Within the package, whose files ven looks for.
const folder = join(ROOT, 'node_modules/.cache/ven-bench');
const outfile = join(folder, 'simulation.mjs');
await build({
  entryPoints: [join(ROOT, 'bench/hosts-simulation.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'error',
  banner: {
    js:
      "import { createRequire } from 'node:module';\n" +
      'const require = createRequire(import.meta.url);',
  },
});
const rows: string[] = [];
try {
  for (const [hosts, each] of SIZES) {
    note(`hosts: ${hosts} with ${each} VMs each`);
    const { stdout } = await run([process.execPath, outfile, String(hosts), String(each)]);
    const { took, peakMiB, steps } = JSON.parse(stdout) as Taken;
    const vms = hosts * each;
    const perVm = (seconds: number): string =>
      `${seconds.toFixed(2)} s (${((seconds / vms) * 1000).toFixed(2)})`;
    rows.push(
      `| ${hosts} × ${each} | ${perVm(took.file)} | ${perVm(took.placement)} | ` +
        `${perVm(took.plan)} | ${steps} | ${perVm(took.apply)} | ${perVm(took.again)} | ` +
        `${peakMiB.toFixed(0)} MiB |`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
writePart(
  HOSTS_TITLE,
  `Written by \`npm run bench -- hosts\`: one fleet over hosts in memory, Node ${process.version}.
Seconds of CPU; in brackets ms a VM. What libvirt and QEMU take is not in it, but the hosts in
memory parse and write the same XML. The plan is of new VMs, with its survey, placement and look at
each host; the second plan finds nothing to do.

| hosts × VMs | file | placement | plan | steps | apply | second plan | peak memory |
|---|---|---|---|---|---|---|---|
${rows.join('\n')}

A VM costs the same on any number of hosts, but for its placement, which looks at each host that may
take it: that is VMs times hosts. Past 20,000 VMs memory ends first: all VMs, their plan and each
host's state are in it at once, and Node gives a program some 4 GiB.`,
);
note('written: docs/benchmarks.md');
