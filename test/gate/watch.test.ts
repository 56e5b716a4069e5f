import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AuthError } from '../../src/foundation/errors.js'
import { fromContext, createGate, type GateEvent } from '../../src/gate/index.js'
import { createWatch } from '../../src/gate/watch.js'
import { fakeCall } from './calls.js'
import { sign, verified, verify } from './tokens.js'

const everyMs = 5000
/** Unix seconds at which the tests begin. */
const start = 1_800_000_000

// The watch goes by timers and Date.now; both are vitest's here.
beforeEach(() => {
  vi.useFakeTimers({ now: start * 1000 })
})
afterEach(() => {
  vi.useRealTimers()
})

async function opened(options: {
  isRevoked?: () => boolean | Promise<boolean>
  exp?: number
  random?: () => number
}) {
  const closed: (readonly [string, number])[] = []
  const { isRevoked = () => false, random = () => 1, exp = start + 900 } = options
  const token = await verified({ exp, iat: exp - 900 })
  const stop = createWatch({ isRevoked, everyMs, random })(token, ({ code }) => {
    closed.push([code, Date.now() - start * 1000])
  })
  return { closed, stop }
}

describe('a watch', () => {
  test('a watch closes exactly at the expiry, once, whatever the interval', async () => {
    const { closed } = await opened({ exp: start + 12 })
    await vi.advanceTimersByTimeAsync(11_999)
    expect(closed).toEqual([])
    await vi.advanceTimersByTimeAsync(600_000)
    expect(closed).toEqual([['TOKEN_EXPIRED', 12_000]])
  })

  test('a watch gives a token within the clock tolerance one more interval', async () => {
    const { closed } = await opened({ exp: start - 30 })
    await vi.advanceTimersByTimeAsync(600_000)
    expect(closed).toEqual([['TOKEN_EXPIRED', everyMs]])
  })

  test.each([0, 0.5, 1])(
    'a watch finds a revocation within the interval (jitter %d)',
    async (jitter) => {
      let revoked = false
      const { closed } = await opened({ isRevoked: () => revoked, random: () => jitter })
      await vi.advanceTimersByTimeAsync(60_000)
      expect(closed).toEqual([])
      revoked = true
      await vi.advanceTimersByTimeAsync(everyMs)
      expect(closed.map(([code]) => code)).toEqual(['TOKEN_REVOKED'])
    },
  )

  test('streams that were opened together are not checked together', async () => {
    const asked: number[] = []
    let draw = 0
    const random = () => (draw += 1) % 7
    for (let stream = 0; stream < 5; stream += 1) {
      const isRevoked = () => {
        asked.push(Date.now())
        return false
      }
      await opened({ isRevoked, random: () => random() / 7 })
    }
    await vi.advanceTimersByTimeAsync(everyMs)
    expect(new Set(asked).size).toBeGreaterThan(3)
  })

  test.each<[string, () => boolean | Promise<boolean>]>([
    [
      'throws',
      () => {
        throw new Error('down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['answers undefined', () => undefined as unknown as boolean], // a caller in plain JavaScript
    ['answers with text', () => 'no' as unknown as boolean], // as above
  ])('a watch closes when isRevoked %s', async (_name, isRevoked) => {
    const { closed } = await opened({ isRevoked })
    await vi.advanceTimersByTimeAsync(everyMs)
    expect(closed).toEqual([['REVOCATION_UNKNOWN', everyMs]])
  })

  test('a watch closes after one more interval when isRevoked never answers', async () => {
    const { closed } = await opened({ isRevoked: () => new Promise(() => undefined) })
    await vi.advanceTimersByTimeAsync(2 * everyMs - 1)
    expect(closed).toEqual([])
    await vi.advanceTimersByTimeAsync(600_000)
    expect(closed).toEqual([['REVOCATION_UNKNOWN', 2 * everyMs]])
  })

  test('a watch passes on the AuthError of isRevoked', async () => {
    const isRevoked = () => Promise.reject(new AuthError('STORE_UNAVAILABLE'))
    const { closed } = await opened({ isRevoked })
    await vi.advanceTimersByTimeAsync(everyMs)
    expect(closed).toEqual([['STORE_UNAVAILABLE', everyMs]])
  })

  test('a watch that was ended closes nothing, even if an answer was on its way', async () => {
    const plain = await opened({ exp: start + 3 })
    plain.stop()
    let answer: (revoked: boolean) => void = () => undefined
    const asking = await opened({ isRevoked: () => new Promise((resolve) => (answer = resolve)) })
    await vi.advanceTimersByTimeAsync(everyMs)
    asking.stop()
    answer(true)
    await vi.advanceTimersByTimeAsync(600_000)
    expect([plain.closed, asking.closed]).toEqual([[], []])
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('gate.watch', () => {
  test('gate.watch watches the token of the current call, and emits an event when it closes the stream', async () => {
    let revoked = false
    const events: GateEvent[] = []
    const gate = createGate({
      verify,
      isRevoked: () => revoked,
      recheckEvery: '2s',
      onEvent: (event) => events.push(event),
    })
    const fields = [['authorization', `Bearer ${await sign({ sub: 'alice' })}`]] as const
    const closed: string[] = []
    await gate(fakeCall({ fields }), () => {
      expect(fromContext()).toBeDefined()
      gate.watch(({ code }) => closed.push(code))
    })
    revoked = true
    await vi.advanceTimersByTimeAsync(2000)
    expect(closed).toEqual(['TOKEN_REVOKED'])
    expect(events.map(({ kind }) => kind)).toEqual(['authorized', 'closed'])
    expect(events[1]).toMatchObject({ code: 'TOKEN_REVOKED', reason: 'token_invalid' })
  })

  test('gate.watch closes a stream whose caller another gate has admitted, unless it has ended', async () => {
    const events: GateEvent[] = []
    const other = createGate({ verify, onEvent: (event) => events.push(event) })
    const call = fakeCall({ fields: [['authorization', `Bearer ${await sign({})}`]] })
    const closed: string[] = []
    await createGate({ verify })(call, () => {
      other.watch(({ code }) => closed.push(code))
      other.watch(() => expect.unreachable())()
      expect(closed).toEqual([])
    })
    await vi.advanceTimersByTimeAsync(1)
    expect(closed).toEqual(['ROUTE_UNGUARDED'])
    expect(events.map((event) => event.kind)).toEqual(['refused', 'refused'])
  })

  test('gate.watch does nothing when no token was required', async () => {
    const gate = createGate({ verify, optional: true })
    await gate(fakeCall(), () => gate.watch(() => expect.unreachable()))
    expect(vi.getTimerCount()).toBe(0)
  })

  test.each([0, '2h', -1, 1.5, 'soon'])('gate.watch refuses recheckEvery: %j', (recheckEvery) => {
    const given = recheckEvery as unknown as number // what a caller in plain JavaScript can write
    expect(() => createGate({ verify, recheckEvery: given })).toThrow(/createGate\.recheckEvery/)
  })
})
