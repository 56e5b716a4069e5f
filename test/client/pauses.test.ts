import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ClientError, fromSession, type Session } from '../../src/client/index.js'

/** Times at which the endpoint was asked, in seconds since the start. */
let asked: number[]
let answer: () => Response
let events: string[]
let session: Session
let start: number

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000, toFake: ['Date', 'performance', 'setTimeout'] })
  start = Date.now()
  asked = []
  events = []
})
afterEach(() => {
  vi.useRealTimers()
})

async function begin(expiresIn: number): Promise<void> {
  session = fromSession({
    endpoint: 'https://auth.example/refresh',
    fetch: () => {
      asked.push((Date.now() - start) / 1000)
      return Promise.resolve(answer())
    },
    onEvent: ({ kind }) => events.push(kind),
  })
  await session.signIn({ accessToken: 'a', refreshToken: 'r', expiresIn })
}

function unavailable(retryAfter?: string, status = 503): () => Response {
  const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter }
  return () => new Response('', { status, headers })
}

const renewed = () => Response.json({ accessToken: 'b', refreshToken: 's', expiresIn: 900 })

/** What a call gets: a token, or the error. */
const call = () =>
  session.grant({ origin: 'https://api.example' }).then(
    ({ token }) => token,
    (error: unknown) => error,
  )

/** An application that polls; calls may wait, so each begins at its own time. */
async function poll(seconds: number, everyMs: number): Promise<unknown[]> {
  const calls: Promise<unknown>[] = []
  for (let passedMs = 0; passedMs < seconds * 1000; passedMs += everyMs) {
    calls.push(call())
    await vi.advanceTimersByTimeAsync(everyMs)
  }
  await vi.advanceTimersByTimeAsync(10_000)
  return Promise.all(calls)
}

describe('Retry-After, once the access token has run out', () => {
  const forms = [
    ['seconds', '60', 503],
    ['a date', new Date(1_800_000_060_000).toUTCString(), 503],
    ['seconds of a 429', '60', 429],
  ] as const

  test.each(forms)(
    'Retry-After in %s is kept to by a polling app',
    async (_form, field, status) => {
      answer = unavailable(field, status)
      await begin(1)
      const results = await poll(45, 50)
      expect(asked).toEqual([0])
      expect(results).toHaveLength(900)
      for (const result of results) expect(result).toBeInstanceOf(ClientError)
      expect(new Set(results.map((each) => (each as ClientError).code))).toEqual(
        new Set(['REFRESH_UNAVAILABLE']),
      )
      expect(events).toEqual(['signed-in', 'refresh-failed'])
      answer = renewed
      await vi.advanceTimersByTimeAsync(6000)
      expect(await call()).toBe('b')
      expect(asked).toHaveLength(2)
    },
  )

  test('callers fail at once, and learn what is left of Retry-After', async () => {
    answer = unavailable('60')
    await begin(1)
    expect(await call()).toMatchObject({ code: 'REFRESH_UNAVAILABLE', retryAfter: 60 })
    await vi.advanceTimersByTimeAsync(20_000)
    const before = Date.now()
    expect(await call()).toMatchObject({ code: 'REFRESH_UNAVAILABLE', retryAfter: 40 })
    expect(Date.now()).toBe(before)
  })

  test('a call waits for a Retry-After that ends within grace', async () => {
    answer = unavailable('5')
    await begin(1)
    const first = call()
    await vi.advanceTimersByTimeAsync(4900)
    expect(asked).toEqual([0])
    answer = renewed
    await vi.advanceTimersByTimeAsync(200)
    expect(await first).toBe('b')
  })

  test.each(['86400', '1e9', '9'.repeat(20), 'Fri, 31 Dec 9999 23:59:59 GMT'])(
    'Retry-After %s stops a session for five minutes at most',
    async (field) => {
      answer = unavailable(field)
      await begin(1)
      await poll(1, 100)
      answer = renewed
      await vi.advanceTimersByTimeAsync(300_000)
      expect(await call()).toBe('b')
    },
  )

  test.each(['soon', '-60', '', '60;x', 'NaN', 'Thu, 01 Jan 1970 00:00:00 GMT'])(
    'Retry-After "%s" counts as none',
    async (field) => {
      answer = unavailable(field)
      await begin(1)
      const first = call()
      await vi.advanceTimersByTimeAsync(2000)
      expect(await first).toMatchObject({ code: 'REFRESH_UNAVAILABLE' })
      expect(asked).toHaveLength(4)
      answer = renewed
      await vi.advanceTimersByTimeAsync(2000)
      expect(await call()).toBe('b')
    },
  )

  test('a clock put right by two hours does not lengthen or end a pause', async () => {
    answer = unavailable('60')
    await begin(1)
    await call()
    vi.setSystemTime(Date.now() + 7_200_000)
    await call()
    vi.setSystemTime(Date.now() - 14_400_000)
    await call()
    expect(asked).toHaveLength(1)
    answer = renewed
    await vi.advanceTimersByTimeAsync(61_000)
    expect(await call()).toBe('b')
  })
})

describe('without Retry-After', () => {
  test.each([
    ['unavailable', unavailable()],
    ['a wrong endpoint', unavailable(undefined, 404)],
    ['broken', () => new Response('<html>hotel wifi')],
  ])('a polling app asks a server that is %s less and less often', async (_state, failing) => {
    answer = failing
    await begin(1)
    await poll(600, 50)
    expect(asked.length).toBeGreaterThan(10)
    expect(asked.length).toBeLessThan(40)
    const waits = asked.slice(1).map((time, at) => time - (asked[at] ?? 0))
    expect(Math.max(...waits)).toBeLessThanOrEqual(61)
    expect(Math.min(...waits.slice(-5))).toBeGreaterThanOrEqual(30)
    // The server is back: so is the session, within one pause.
    answer = renewed
    await poll(61, 50)
    expect(await call()).toBe('b')
  })

  test('the pause begins anew once the server has answered', async () => {
    answer = unavailable()
    await begin(1)
    await poll(300, 50)
    answer = renewed
    await poll(61, 50)
    answer = unavailable()
    await vi.advanceTimersByTimeAsync(1_000_000)
    const before = asked.length
    await poll(1, 50)
    expect(asked.length).toBeGreaterThanOrEqual(before + 3)
  })

  test('a token that has not run out is used meanwhile', async () => {
    answer = unavailable('60')
    await begin(900)
    await vi.advanceTimersByTimeAsync(730_000)
    expect(new Set(await poll(30, 50))).toEqual(new Set(['a']))
    expect(asked).toHaveLength(1)
    expect(events).toEqual(['signed-in', 'refresh-failed'])
  })
})
