import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    testTimeout: 20_000,
    // The long ones wait for clusters, so that one core is not left to them alone.
    maxWorkers: 2,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'local',
          include: ['src/**/*.test.ts', 'test/*.test.ts', 'test/{contract,integration}/**/*.test.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        // One cluster, one operator in it: one file after the other, when nothing else runs.
        extends: true,
        test: {
          name: 'node',
          include: ['test/e2e/**/*.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
