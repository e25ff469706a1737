/**
 * `npm run bench -- bmc`: 50 VMs, each asked once a second for a minute what a provisioner asks:
 * its System. What `ven bmc serve` and the programs that it starts take for that. The VMs are
 * defined and off. Takes two minutes.
 */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { median, run, VEN } from './measure.ts';
import { BMC_TITLE, writePart } from './report.ts';
import { defineAll, folderOf, SMALL, undefineAll } from './subjects.ts';

const NODES = 50;
const SECONDS = 60;
const LOGIN = { BMC_USERNAME: 'admin', BMC_PASSWORD: 'not-a-real-password' };
const AUTHORIZATION = `Basic ${btoa(Object.values(LOGIN).join(':'))}`;

const folder = folderOf('bmc');
const port = await freePort();
writeFileSync(
  folder.file,
  `apiVersion: ven/v1
fleet: ${folder.fleet}
host: { accelerator: qemu }
defaults:
  ${SMALL.split(', ').join('\n  ')}
  power: external
  bmc:
    type: redfish
    port: ${port}
    credentials: { username: { env: BMC_USERNAME }, password: { env: BMC_PASSWORD } }
vms:
  - { name: node, count: ${NODES} }
`,
);
const names = Array.from({ length: NODES }, (_, index) => `node-${index + 1}`);
/** As clients do, each keeps its connection. Whose certificate it is, is another matter. */
const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });

/** Milliseconds until the whole answer is there. */
function ask(path: string): Promise<number> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const headers = { authorization: AUTHORIZATION };
    request({ host: '127.0.0.1', port, path, agent, headers }, (response) => {
      response.resume();
      response.on('end', () => {
        if (response.statusCode === 200) resolve(performance.now() - began);
        else reject(new Error(`${path}: ${response.statusCode}`));
      });
    })
      .on('error', reject)
      .end();
  });
}

/** Seconds of CPU: of the process, and of all that it started and waited for. */
function cpu(pid: number): { own: number; children: number } {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11);
  return { own: (user + system) / 100, children: (childUser + childSystem) / 100 };
}

function peakMiB(pid: number): number {
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port: free } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return free;
}

const uuids = await defineAll(folder);
const env = { ...process.env, ...folder.env, ...LOGIN };
const server = spawn(VEN, ['bmc', 'serve', folder.file], { env, stdio: 'inherit' });
try {
  const pid = server.pid as number;
  for (let tries = 0; ; tries += 1) {
    try {
      await ask('/redfish/v1/');
      break;
    } catch (error) {
      if (tries === 100) throw error;
      await pause(100);
    }
  }
  await Promise.all(names.map((name) => ask(`/redfish/v1/Systems/${name}`)));
  process.stderr.write(`${NODES} nodes for ${SECONDS} s\n`);
  const before = cpu(pid);
  const began = performance.now();
  const took: number[] = [];
  const poll = async (name: string, index: number): Promise<void> => {
    for (let second = 0; second < SECONDS; second += 1) {
      // Spread over the second, as clients that know nothing of each other are.
      const due = began + second * 1000 + (index * 1000) / NODES;
      await pause(Math.max(0, due - performance.now()));
      took.push(await ask(`/redfish/v1/Systems/${name}`));
    }
  };
  await Promise.all(names.map(poll));
  const seconds = (performance.now() - began) / 1000;
  const after = cpu(pid);
  const own = after.own - before.own;
  const children = after.children - before.children;
  const cores = (own + children) / seconds;
  const sorted = took.toSorted((a, b) => a - b);
  const late = sorted[Math.floor(sorted.length * 0.99)] ?? 0;
  const cpuText =
    `${cores.toFixed(2)} cores (${own.toFixed(1)} s by ven, ${children.toFixed(1)} s by virsh, ` +
    `of ${seconds.toFixed(1)} s)`;
  writePart(
    BMC_TITLE,
    `Written by \`npm run bench -- bmc\`: ${NODES} VMs, defined and off, behind one
\`ven bmc serve\` over HTTPS. Each is asked once a second for its System, for
${SECONDS} s, with its password:
${took.length} answers. ${availableParallelism()} cores.

| | measured |
|---|---|
| CPU | ${cpuText} |
| peak memory of ven | ${peakMiB(pid).toFixed(0)} MiB |
| time of an answer | median ${median(took).toFixed(1)} ms, 99 % below ${late.toFixed(0)} ms |`,
  );
  process.stderr.write(`${cores.toFixed(2)} cores; written: docs/benchmarks.md\n`);
} finally {
  agent.destroy();
  server.kill();
  await undefineAll(folder, uuids);
  await run([VEN, 'destroy', folder.file, '--yes', '--purge'], { env: folder.env });
  folder.remove();
}
