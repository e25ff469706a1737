import { defineConfig } from 'vitest/config';

/** They compare the whole host before and after, or change the network `default`. */
const ALONE = [
  'test/contract/**/*.test.ts',
  ...['default-network', 'lifecycle', 'refusals'].map((name) => `test/e2e/${name}.test.ts`),
];
/** The first two boot 13 nodes together, the third waits most of its time. */
const ONBOARDING = ['onboarding', 'onboarding-login', 'orchestrator-faults'].map(
  (name) => `test/e2e/${name}.test.ts`,
);

const reports = process.env['VEN_TEST_REPORTS'];
const real = { testTimeout: 300_000, hookTimeout: 300_000 };

// Unit tests wait more than they compute, so more workers than cores.
// Those on the real machine: some one after another, the others two or three at a time, each with a
// fleet of its own name; they share one libvirt, as people do.
export default defineConfig({
  test: {
    globalSetup: 'scripts/generate.ts',
    // For CI, which counts: each run leaves a report.
    ...(reports !== undefined && {
      reporters: ['default', ['json', { outputFile: `${reports}/${process.pid}.json` }]],
    }),
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/{unit,scenarios}/**/*.test.ts'],
          testTimeout: 20_000,
          hookTimeout: 20_000,
          maxWorkers: 4,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...real,
          name: 'alone',
          include: ALONE,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...real,
          name: 'onboarding',
          include: ONBOARDING,
          maxWorkers: 3,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...real,
          name: 'real',
          include: ['test/e2e/**/*.test.ts'],
          exclude: [...ALONE, ...ONBOARDING],
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
