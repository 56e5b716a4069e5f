import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askStore, isLate } from '../../src/foundation/ask-store.js'
import { within } from '../../src/foundation/deadline.js'
import { AuthError } from '../../src/foundation/errors.js'

const answers = new Int32Array(new SharedArrayBuffer(4))
let thread: Worker
let socket: Socket
beforeAll(async () => {
  const file = new URL('answering-thread.mjs', import.meta.url)
  thread = new Worker(file, { workerData: answers.buffer })
  const [port] = (await once(thread, 'message')) as [number]
  socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
})
afterAll(async () => {
  socket.destroy()
  await thread.terminate()
})

const late = () => new Error('late')

/** Asks the server; resolves with its answer. */
function ask(): Promise<string> {
  const answer = once(socket, 'data').then(([bytes]) => String(bytes))
  socket.write('question')
  return answer
}

/** Does nothing else until the answer lies in the socket and the deadline is over, as a long garbage collection would. */
function standStill(before: number, ms: number): void {
  Atomics.wait(answers, 0, before)
  const end = performance.now() + ms
  while (performance.now() < end);
}

describe('within', () => {
  test('within counts an answer that arrived while the process stood still', async () => {
    for (let round = 0; round < 3; round++) {
      const before = Atomics.load(answers, 0)
      const asked = within(20, ask, { late })
      // Behind the sockets: timers are what the process looks at next.
      await new Promise((resolve) => setImmediate(resolve))
      standStill(before, 40)
      expect(await asked).toBe('answer')
    }
  })
  test('within does not make an error for an answer that was taken between the timer and the last look', async () => {
    let made = 0
    const counting = () => {
      made++
      return late()
    }
    // The timer is over when this runs, and the last look comes after it.
    const answer = () =>
      new Promise<string>((resolve) =>
        setTimeout(() => {
          resolve('answer')
        }, 1),
      )
    const asked = within(1, answer, { late: counting })
    const end = performance.now() + 5
    while (performance.now() < end);
    expect(await asked).toBe('answer')
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(made).toBe(0)
  })
  test('within rejects with the given error when no answer comes', async () => {
    await expect(within(5, () => new Promise(() => undefined), { late })).rejects.toThrow('late')
  })
  test('within passes on what the question throws, rejects with or gives at once', async () => {
    const fault = () => {
      throw new Error('thrown')
    }
    await expect(within(1000, fault, { late })).rejects.toThrow('thrown')
    const rejecting = () => Promise.reject(new Error('rejected'))
    await expect(within(1000, rejecting, { late })).rejects.toThrow('rejected')
    expect(await within(1000, () => 'at once', { late })).toBe('at once')
  })
})

describe('askStore', () => {
  test('askStore turns a fault into STORE_UNAVAILABLE with the fault as its cause', async () => {
    const fault = new Error('no route')
    const error: unknown = await askStore(1000, () => Promise.reject(fault)).catch(
      (each: unknown) => each,
    )
    expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', retryAfter: 1, cause: fault })
    expect(isLate(error)).toBe(false)
  })
  test('askStore tells a missing answer from a bad one', async () => {
    const error: unknown = await askStore(5, () => new Promise(() => undefined)).catch(
      (each: unknown) => each,
    )
    expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(isLate(error)).toBe(true)
  })
  test('askStore leaves an AuthError as it is', async () => {
    const refusal = new AuthError('REFRESH_UNKNOWN')
    await expect(askStore(1000, () => Promise.reject(refusal))).rejects.toBe(refusal)
  })
})
