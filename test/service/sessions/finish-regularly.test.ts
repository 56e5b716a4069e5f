import { pino } from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { finishRegularly } from '../../../apps/auth-service/src/sessions/finish-regularly.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** What has been logged, and rounds that end when they are told to. */
function makeFinishing() {
  const lines: string[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
  const rounds: PromiseWithEnd[] = []
  const finishEnding = () => {
    const round = withEnd()
    rounds.push(round)
    return round.promise
  }
  return { lines, rounds, stop: finishRegularly({ finishEnding }, log) }
}

interface PromiseWithEnd {
  readonly promise: Promise<number>
  readonly end: (finished: number) => void
  readonly fail: () => void
}

function withEnd(): PromiseWithEnd {
  let settle: Omit<PromiseWithEnd, 'promise'> | undefined
  const promise = new Promise<number>((end, reject) => {
    settle = {
      end,
      fail: () => {
        reject(new Error('the store is away'))
      },
    }
  })
  if (settle === undefined) throw new Error('a promise runs its function at once')
  return { promise, ...settle } // set above
}

test('one round follows another, and says what it has finished', async () => {
  const { lines, rounds } = makeFinishing()
  await vi.advanceTimersByTimeAsync(20_000)
  expect(rounds).toHaveLength(1)
  rounds[0]?.end(3)
  await vi.advanceTimersByTimeAsync(5000)
  expect(rounds).toHaveLength(2)
  expect(lines).toEqual([expect.stringContaining('"sessions":3')])
})

test('a store that goes on failing is told of once', async () => {
  const { lines, rounds } = makeFinishing()
  for (let round = 0; round < 3; round++) {
    await vi.advanceTimersByTimeAsync(5000)
    rounds[round]?.fail()
    await vi.advanceTimersByTimeAsync(0)
  }
  expect(lines).toHaveLength(1)
})

test('stopping waits for the round that runs, and no other begins', async () => {
  const { rounds, stop } = makeFinishing()
  await vi.advanceTimersByTimeAsync(5000)
  let isStopped = false
  const stopped = stop().then(() => {
    isStopped = true
  })
  await vi.advanceTimersByTimeAsync(5000)
  expect(isStopped).toBe(false)
  rounds[0]?.end(0)
  await stopped
  await vi.advanceTimersByTimeAsync(20_000)
  expect(rounds).toHaveLength(1)
})
