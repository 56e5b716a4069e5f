import { defineConfig } from 'vitest/config'
import { SlowestFirst } from './tools/testing/slowest-first.mjs'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A forgotten .only must not hide the other tests, here as little as in CI.
    allowOnly: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Two cores: more workers only make timing-sensitive runs fight each other.
    maxWorkers: 2,
    sequence: { sequencer: SlowestFirst },
  },
})
