import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { besideBusy } from '../../tools/testing/busy.mjs'
import { chooseShort } from '../../tools/testing/touched.mjs'
import seconds from '../../tools/testing/seconds.json' with { type: 'json' }
import { runTool } from '../../tools/setup/run.mjs'
import { root } from '../../tools/setup/paths.mjs'

describe('a run beside busy processes', () => {
  it('a run beside busy processes catches a test that waits for the clock, and no other', async () => {
    const args = ['run', '--no-color', '--config', 'tools/fixtures/loaded/vitest.config.ts']
    const { code, output } = await besideBusy(() => runTool('vitest/vitest.mjs', args))
    expect(code).toBe(1)
    expect(output).toContain('× sensitive to sleep')
    expect(output).toContain('✓ waits for what happens')
    expect(output).toMatch(/Tests +1 failed \| 1 passed/)
  })

  it('the busy processes end with the work, when it fails too', async () => {
    const started: number[] = []
    const failing = besideBusy(
      (pids) => {
        started.push(...pids)
        return Promise.reject(new Error('planted'))
      },
      { count: 2 },
    )
    await expect(failing).rejects.toThrow('planted')
    expect(started).toHaveLength(2)
    for (const pid of started) await expect.poll(() => isRunning(pid), patient).toBe(false)
  })
})

describe('the choice of touched files', () => {
  const times: Readonly<Record<string, number>> = { a: 9, b: 1, c: 3, d: 2 }
  const secondsOf = (file: string) => times[file] ?? 0
  const files = ['a', 'b', 'c', 'd']

  it.each([
    [{ files: 12, seconds: 30 }, ['b', 'd', 'c', 'a'], []],
    [{ files: 2, seconds: 30 }, ['b', 'd'], ['c', 'a']],
    [{ files: 12, seconds: 6 }, ['b', 'd', 'c'], ['a']],
    [{ files: 12, seconds: 0 }, [], ['b', 'd', 'c', 'a']],
  ])('with at most %j the shortest files are chosen', (most, chosen, left) => {
    expect(chooseShort(files, most, secondsOf)).toEqual({ chosen, left })
  })
})

it('every file whose time is written down exists', () => {
  const files = Object.keys(seconds)
  expect(files.length).toBeGreaterThan(10)
  expect(files.filter((file) => !existsSync(`${root}/${file}`))).toEqual([])
})

const patient = { timeout: 30_000 }

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false // ESRCH: it has ended
  }
}
