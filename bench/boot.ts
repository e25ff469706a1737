/**
 * `npm run bench -- boot`: how long a node takes from power-on to its first request to the
 * orchestrator, with `pxe: true` and `pxe: false` in the fleet file, one after the other. Needs
 * root for the stand-in's address; about four minutes.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { startOrchestrator, type AccessEntry } from '../stand-in/index.ts';
import { run, URI, VEN } from './measure.ts';
import { BOOT_TITLE, writePart } from './report.ts';
import { folderOf } from './subjects.ts';

const LONGEST_MS = 400_000;
const folder = folderOf('boot');
const bootFile = join(folder.dir, 'boot.efi');
writeFileSync(bootFile, 'not for running');
const orchestrator = await startOrchestrator({
  domain: 'edge.test',
  dir: join(folder.dir, 'orchestrator'),
  bootFile,
});
writeFileSync(
  folder.file,
  `apiVersion: ven/v1
fleet: ${folder.fleet}
host: { accelerator: qemu }
orchestrator: { domain: edge.test, caCertificate: ${orchestrator.caCertificate} }
networks:
  lab: { dns: { hosts: { ${orchestrator.address}: [${orchestrator.names.join(', ')}] } } }
defaults: { cpus: 1, memory: 512MiB, disks: [{ size: 64MiB }], nics: [{ network: lab }],
  power: off }
vms:
  - { name: without, pxe: false }
  - { name: with, pxe: true }
`,
);

/** Seconds from power-on to the first thing that the node asks the orchestrator for. */
async function firstRequest(vm: string): Promise<number> {
  process.stderr.write(`a boot ${vm} PXE\n`);
  const seen = orchestrator.entries().length;
  await run(['virsh', '-q', '-c', URI, 'start', `${folder.fleet}_${vm}`]);
  const on = Date.now();
  const byFirmware = (entry: AccessEntry): boolean =>
    entry.userAgent === 'UefiHttpBoot/1.0' && orchestrator.entries().indexOf(entry) >= seen;
  const { time } = await orchestrator.waitFor(byFirmware, LONGEST_MS);
  await run(['virsh', '-q', '-c', URI, 'destroy', `${folder.fleet}_${vm}`]);
  return (Date.parse(time) - on) / 1000;
}

try {
  await run([VEN, 'apply', folder.file, '--yes'], { env: folder.env });
  const without = await firstRequest('without');
  const withPxe = await firstRequest('with');
  const { stdout: versions } = await run(['virsh', '-q', '-c', URI, 'version']);
  const qemu = versions.trim().split('\n').at(-1)?.toLowerCase() ?? '';
  writePart(
    BOOT_TITLE,
    `Written by \`npm run bench -- boot\`: from power-on (\`virsh start\` has returned) to the
node's first HTTPS request at a stand-in orchestrator, one boot each in one run. UEFI, TPM, 1 vCPU,
software emulation, ${availableParallelism()} cores, ${qemu}.

| \`pxe: false\` (the default with \`orchestrator\`) | \`pxe: true\` | ratio |
|---|---|---|
| ${without.toFixed(1)} s | ${withPxe.toFixed(1)} s | ${(without / withPxe).toFixed(2)} |`,
  );
  process.stderr.write(
    `${without.toFixed(1)} s without, ${withPxe.toFixed(1)} s with; written: docs/benchmarks.md\n`,
  );
} finally {
  await run([VEN, 'destroy', folder.file, '--yes', '--purge'], { env: folder.env });
  await orchestrator.close();
  folder.remove();
}
