import { defineConfig } from 'vitest/config'
import { SlowestFirst } from './tools/testing/slowest-first.mjs'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: [
      'tools/testing/install-rooms.mjs',
      'test/setup/service-bundle.ts',
      'test/setup/shared-servers.ts',
    ],
    setupFiles: ['test/setup/fast-check.ts'],
    // A forgotten .only must not hide the other tests, here as little as in CI.
    allowOnly: false,
    // What is awaited is an event: patience costs nothing on a quiet machine, and a busy one needs it.
    testTimeout: 120_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 30_000 } },
    // A worker imports each module once for all its files: test files leave nothing behind in what they share.
    isolate: false,
    unstubGlobals: true,
    // Two cores: more workers only make timing-sensitive runs fight each other.
    maxWorkers: 2,
    // Tests that wait beside one another; what they wait for costs nothing.
    maxConcurrency: 20,
    sequence: { sequencer: SlowestFirst },
  },
})
