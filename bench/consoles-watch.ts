/** A program for `consoles.ts`: watches consoles as `ven provision` does, and prints the cost. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { loadProfile } from '../src/config/index.js';
import { driveNodes } from '../src/onboarding/drive.js';
import { ConsoleFollower, consoleEnd } from '../src/host/consoles/console-follower.js';
import { typeOnConsole } from '../src/host/consoles/console-typing.js';
import { writeNodeRecord } from '../src/host/state/node-records.js';
import type { ResolvedVm } from '../src/model/index.js';

const [logs = '', work = '', count = '0', profileFile = '', username = '', password = ''] =
  process.argv.slice(2);
const at = { uri: 'qemu:///system', folder: logs };
const vms = Array.from({ length: Number(count) }, (_, index) => {
  const name = `n${index + 1}`;
  return {
    name,
    address: `vm.${name}`,
    uuid: `uuid-${name}`,
    domain: `bench_${name}`,
    serialNumber: name,
  } as ResolvedVm;
});
/** CPU in seconds: of this process, and of those that it started and that have ended. */
function used(): { own: number; others: number } {
  const { user, system } = process.cpuUsage();
  const fields = readFileSync('/proc/self/stat', 'latin1').split(') ')[1]?.split(' ') ?? [];
  return { own: (user + system) / 1e6, others: (Number(fields[13]) + Number(fields[14])) / 100 };
}
const WINDOW_SECONDS = 10;
let busiest = 0;
const samples: { time: number; total: number }[] = [];
const sampling = setInterval(() => {
  const { own, others } = used();
  samples.push({ time: performance.now(), total: own + others });
  const [first, last] = [samples.at(-1 - WINDOW_SECONDS), samples.at(-1)];
  if (first && last)
    busiest = Math.max(busiest, (last.total - first.total) / ((last.time - first.time) / 1000));
}, 1000);
let begun = { cpu: used(), time: performance.now() };
let looked = Infinity;
let latestMs = 0;
const result = await driveNodes({
  run: 'bench',
  fleet: 'bench',
  words: 'bench.yaml',
  host: at.uri,
  profile: loadProfile(readFileSync(profileFile), profileFile),
  flow: 'interactive',
  until: 'ready',
  nodes: vms.map((vm) => ({ vm, power: { power: 'off', id: null }, record: null })),
  limits: { maxConcurrent: Infinity, staggerSeconds: 0 },
  timeoutSeconds: 600,
  known: null,
  ports: {
    clock: {
      now: Date.now,
      sleep: async (milliseconds, signal) => {
        await pause(milliseconds, undefined, { signal }).catch(() => undefined);
        latestMs = Math.max(latestMs, performance.now() - looked);
        looked = performance.now();
      },
    },
    openConsole: ({ domain }, from) => new ConsoleFollower({ ...at, domain, from }),
    consoleEnd: ({ domain }) => consoleEnd({ ...at, domain }),
    fetchConsoles: () => Promise.resolve(),
    powers: (vms) =>
      Promise.resolve(new Map(vms.map(({ uuid }) => [uuid, { power: 'running', id: '1' }]))),
    bootOf: () => ({}),
    powerOn: () => Promise.resolve(),
    type: ({ uuid }, text, wanted, signal) =>
      typeOnConsole({ uri: at.uri, uuid, text, wanted, env: process.env, signal }),
    orchestrator: null,
    credentials: { username, password, 'os-username': username, 'os-password': password },
    records: {
      write: (record) => {
        writeNodeRecord(work, record);
      },
    },
    emit: (event) => {
      if (event.type !== 'node-started' || event.address !== vms.at(-1)?.address) return;
      begun = { cpu: used(), time: performance.now() };
      samples.length = 0;
      busiest = 0;
      looked = performance.now();
      process.send?.('begun');
    },
  },
  signal: new AbortController().signal,
});
clearInterval(sampling);
const { own, others } = used();
process.send?.({
  ready: result.ready.length,
  cpuSeconds: own - begun.cpu.own,
  typingSeconds: others - begun.cpu.others,
  busiest,
  seconds: (performance.now() - begun.time) / 1000,
  peakMiB: process.resourceUsage().maxRSS / 1024,
  latestMs,
});
process.disconnect();
