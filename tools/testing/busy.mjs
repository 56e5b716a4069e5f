import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import process from 'node:process'

/** Runs for as long as the process that started it: one that is killed leaves nothing busy behind. */
const burn = 'const parent = Number(process.argv[1]); while (process.ppid === parent);'

/**
 * Does something while other processes keep every core busy, and ends those by their own ids afterwards.
 *
 * @template T
 * @param {(pids: readonly number[]) => Promise<T>} work
 * @param {{ readonly count?: number }} [options] how many processes: four, and at least two for each core, by default
 * @returns {Promise<T>}
 * @example await besideBusy(() => runTool('vitest/vitest.mjs', ['run', 'test/stores']))
 */
export async function besideBusy(work, { count = Math.max(4, 2 * availableParallelism()) } = {}) {
  const busy = Array.from({ length: count }, () =>
    spawn(process.execPath, ['-e', burn, String(process.pid)], { stdio: 'ignore' }),
  )
  try {
    return await work(busy.flatMap(({ pid }) => pid ?? []))
  } finally {
    for (const child of busy) child.kill('SIGKILL')
  }
}
