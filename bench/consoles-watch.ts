/** A program for `consoles.ts`: watches consoles as `ven provision` does, and tells what that took. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { loadProfile } from '../src/config/index.js';
import { driveNodes } from '../src/flow/onboarding/drive.js';
import { ConsoleFollower, consoleEnd, writeNodeRecord } from '../src/host/index.js';
import type { ResolvedVm } from '../src/model/index.js';

const [logs = '', work = '', count = '0', profileFile = ''] = process.argv.slice(2);
const at = { uri: 'qemu:///system', folder: logs };
const vms = Array.from({ length: Number(count) }, (_, index) => {
  const name = `n${index + 1}`;
  return { name, address: `vm.${name}`, uuid: `uuid-${name}`, domain: `bench_${name}`, serialNumber: name } as ResolvedVm;
});
let begun = { cpu: process.cpuUsage(), time: performance.now() };
let looked = Infinity;
let latestMs = 0;
const result = await driveNodes({
  run: 'bench',
  fleet: 'bench',
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
    powers: (uuids) => Promise.resolve(new Map(uuids.map((uuid) => [uuid, { power: 'running', id: '1' }]))),
    lastStart: () => null,
    powerOn: () => Promise.resolve(),
    type: () => Promise.resolve('typed'),
    orchestrator: null,
    credentials: { username: 'onboarder', password: 'not-a-real-password' },
    records: {
      write: (record) => {
        writeNodeRecord(work, record);
      },
    },
    emit: (event) => {
      if (event.type !== 'node-started' || event.address !== vms.at(-1)?.address) return;
      begun = { cpu: process.cpuUsage(), time: performance.now() };
      looked = performance.now();
      process.send?.('begun');
    },
  },
  signal: new AbortController().signal,
});
const { user, system } = process.cpuUsage(begun.cpu);
process.send?.({
  ready: result.ready.length,
  cpuSeconds: (user + system) / 1e6,
  seconds: (performance.now() - begun.time) / 1000,
  peakMiB: process.resourceUsage().maxRSS / 1024,
  latestMs,
});
process.disconnect();
