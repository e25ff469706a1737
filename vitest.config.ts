import { defineConfig } from 'vitest/config';

// Unit, scenario and contract tests first; then e2e, one file after another, since they share one libvirt.
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/{unit,scenarios}/**/*.test.ts'], testTimeout: 20_000, sequence: { groupOrder: 0 } } },
      {
        test: {
          name: 'real',
          include: ['test/{contract,e2e}/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
