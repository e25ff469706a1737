/** The order of things in `apply --wait` and `provision --retry-failed`, and what ends them half-way. */
import { beforeEach, expect, test } from 'vitest';
import type { CarriedOut, CarryOut } from '../../../src/cli/carry-out.js';
import { applyAndOnboard, type ApplyAndOnboardParts } from '../../../src/cli/apply-and-onboard.js';
import type { Onboard } from '../../../src/cli/onboard.js';
import { retryFailed } from '../../../src/cli/retry-failed.js';
import type { Provisioned, Session, Watch } from '../../../src/operations/index.js';
import { VenError, type Address } from '../../../src/model/index.js';

type Lost = ReadonlyMap<Address, { message: string; hint: string }>;
const seen: string[] = [];
const world = {} as {
  made: CarriedOut | Error;
  onboarded: number;
  lost: Lost | null;
  options: CarryOut['options'] | null;
};
const parts: ApplyAndOnboardParts = {
  carryOut: ({ options }: CarryOut) => {
    seen.push(`make ${options.leaveOff ? 'off' : 'on'}`);
    world.options = options;
    return world.made instanceof Error ? Promise.reject(world.made) : Promise.resolve(world.made);
  },
  onboard: async ({ run }: Onboard) => {
    await run({} as Watch);
    return world.onboarded;
  },
  provisionCreated: (_: Session, __: Watch, lost: Lost) => {
    seen.push('onboard');
    world.lost = lost;
    return Promise.resolve({ result: {} } as Provisioned);
  },
};

const NONE: CarriedOut = { exitCode: 0, lost: new Map() };
const LOST: CarriedOut = {
  exitCode: 4,
  lost: new Map([['vm.a', { code: 'tool-failed', summary: 'no room', hint: 'Make some.' }]]),
};

beforeEach(() => {
  seen.length = 0;
  Object.assign(world, { made: NONE, onboarded: 0, lost: null, options: null });
});

const session = (more: Partial<Session> = {}): Session =>
  ({
    isOver: false,
    lose: (lost: Lost) => seen.push(`lose ${[...lost.keys()].join()}`),
    ...more,
  }) as unknown as Session;
const make = { file: 'fleet.yaml', yes: true, asked: [], lockTimeoutSeconds: 0, typed: [] };
const limits = { maxConcurrent: null, staggerSeconds: 0 };
const run = (in_ = session()): Promise<number> =>
  applyAndOnboard(
    in_,
    {
      ...make,
      options: { mode: 'apply', targets: [], excludes: [], replace: [], keepDisks: false },
    },
    { ...limits, again: 'ven apply fleet.yaml --wait ready' },
    parts,
  );

test('VMs are made and left off, then onboarded', async () => {
  expect(await run()).toBe(0);
  expect(seen).toEqual(['make off', 'onboard']);
});

test('what could not be made is told to the watch, with what to do', async () => {
  world.made = LOST;
  expect(await run()).toBe(4);
  expect(world.lost).toEqual(
    new Map([
      [
        'vm.a',
        {
          message: 'no room',
          hint: 'Make some.\nTry it again with: ven apply fleet.yaml --wait ready',
        },
      ],
    ]),
  );
});

test('an interrupted making ends the command; its report knows what had failed by then', async () => {
  world.made = { ...LOST, exitCode: 130 };
  expect(await run()).toBe(130);
  expect(seen).toEqual(['make off', 'lose vm.a']);
});

test('where the time is up in the making, and every node is ready already, something is left all the same', async () => {
  world.made = { ...NONE, exitCode: 130 };
  expect(await run(session({ isOver: true }))).toBe(4);
});

test.each([
  ['in the making', { exitCode: 130, lost: new Map() }],
  [
    'before it',
    new VenError('interrupted', { summary: 'Interrupted before anything was changed' }),
  ],
])('a making that ended because the time was up, %s, is told of node by node', async (_, made) => {
  world.made = made;
  world.onboarded = 4;
  expect(await run(session({ isOver: true }))).toBe(4);
  expect(seen).toEqual(['make off', 'onboard']);
});

test('what is refused is refused, whatever the time', async () => {
  world.made = new VenError('locked', { summary: 'taken' });
  await expect(run(session({ isOver: true }))).rejects.toMatchObject({ code: 'locked' });
  world.made = new VenError('interrupted', { summary: 'Ctrl-C' });
  await expect(run()).rejects.toMatchObject({ code: 'interrupted' });
});

test.each([
  [4, 0, 4],
  [4, 1, 1],
  [0, 4, 4],
])('made with exit code %i, onboarded with %i: %i', async (made, onboarded, exitCode) => {
  world.made = { ...NONE, exitCode: made };
  world.onboarded = onboarded;
  expect(await run()).toBe(exitCode);
});

test('--retry-failed makes anew what failed, but not what was taken away for that already', async () => {
  const failed = [
    { address: 'vm.a', isDeleted: false },
    { address: 'vm.b', isDeleted: true },
  ];
  expect(await retryFailed(session({ failed: () => failed }), [], make, limits, parts)).toBe(0);
  expect(world.options).toMatchObject({
    targets: ['vm.a', 'vm.b'],
    replace: ['vm.a'],
    leaveOff: true,
  });
  expect(seen).toEqual(['make off', 'onboard']);
});

test('--retry-failed of nothing makes nothing, and is a whole run all the same', async () => {
  const about: (readonly Address[])[] = [];
  const empty = session({ failed: () => [], about: (addresses) => about.push(addresses) });
  expect(await retryFailed(empty, ['storage'], make, limits, parts)).toBe(0);
  expect(seen).toEqual(['onboard']);
  expect(about).toEqual([[]]);
});
