import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Native add-ons (lmdb, onnxruntime) must not be torn down inside a worker thread.
    pool: 'forks',
    maxWorkers: 3,
    // Waits in tests end with an event; these only bound a test that hangs on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
