import {configDefaults, defineConfig} from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // these have a config of their own: vitest.cluster.config.ts
    exclude: [...configDefaults.exclude, 'test/cluster/**'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    coverage: {provider: 'v8', include: ['src/**'], reporter: ['text', 'html']},
  },
})
