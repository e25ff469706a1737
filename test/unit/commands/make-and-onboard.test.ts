/** The order of things in `apply --wait` and `provision --retry-failed`, and what ends them half-way. */
import { beforeEach, expect, test, vi } from 'vitest';
import type { CarriedOut, CarryOut } from '../../../src/commands/base/carry-out.js';
import { makeAndOnboard } from '../../../src/commands/base/make-and-onboard.js';
import { VenError } from '../../../src/model/index.js';

const { seen, world } = vi.hoisted(() => ({
  seen: [] as string[],
  world: {} as { made: CarriedOut; onboarded: number; locked: Error | null },
}));

vi.mock('../../../src/commands/base/carry-out.js', () => ({
  carryOut: ({ options }: CarryOut) => {
    seen.push(`make ${options.leaveOff ? 'off' : 'on'}`);
    return Promise.resolve(world.made);
  },
}));
vi.mock('../../../src/commands/base/onboard.js', () => ({
  onboard: ({ vms, lock }: { vms: string[]; lock?: object }) => {
    seen.push(`onboard ${vms.join()} ${lock ? 'locked' : 'unlocked'}`);
    return Promise.resolve(world.onboarded);
  },
}));
vi.mock('../../../src/flow/index.js', () => ({
  lockProvisioning: () => {
    if (world.locked) return Promise.reject(world.locked);
    seen.push('lock');
    return Promise.resolve({ release: () => seen.push('release') });
  },
}));

beforeEach(() => {
  seen.length = 0;
  Object.assign(world, { made: { exitCode: 0, standing: ['vm.a', 'vm.b'] }, onboarded: 0, locked: null });
});

const run = (): Promise<number> =>
  makeAndOnboard(
    {
      file: 'fleet.yaml',
      options: { mode: 'apply', targets: [], excludes: [], replace: [], keepDisks: false },
      yes: true,
      json: false,
      lockTimeoutSeconds: 0,
    },
    { until: 'ready', timeoutSeconds: null, maxConcurrent: null, staggerSeconds: 0, lockTimeoutSeconds: 0, junit: null },
  );

test('the watch over the nodes is taken before anything is made, and kept to the end', async () => {
  expect(await run()).toBe(0);
  expect(seen).toEqual(['lock', 'make off', 'onboard vm.a,vm.b locked', 'release']);
});

test('nothing is made while another run watches the nodes', async () => {
  world.locked = new VenError('locked', { summary: 'taken' });
  await expect(run()).rejects.toMatchObject({ code: 'locked' });
  expect(seen).toEqual([]);
});

test('an interrupted making ends the command, whatever stands already', async () => {
  world.made = { exitCode: 130, standing: ['vm.a'] };
  expect(await run()).toBe(130);
  expect(seen).toEqual(['lock', 'make off', 'release']);
});

test.each([
  [4, 0, 4],
  [4, 1, 1],
  [0, 4, 4],
])('made with exit code %i, onboarded with %i: %i', async (made, onboarded, exitCode) => {
  world.made = { exitCode: made, standing: ['vm.a'] };
  world.onboarded = onboarded;
  expect(await run()).toBe(exitCode);
  expect(seen).toContain('onboard vm.a locked');
});
