import {defineConfig} from 'vitest/config'

/** The tests that need a Kubernetes API: one file after the other, as each starts one. */
export default defineConfig({
  test: {
    include: ['test/cluster/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
