import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decideRotation, type StoredSession, type RotateRequest } from '../../src/session/ports.js'
import { sampleSession, sampleRequest, start } from '../../src/testkit/sample-session.js'

/**
 * The same rules told differently: not by numbers, but by what has become of each token that was ever made.
 */
class Tokens {
  private readonly fates: ('live' | 'replaced' | 'dead')[] = ['live']
  private ended = false
  private since = start
  private idleUntil: number
  private readonly session: StoredSession

  constructor(session: StoredSession) {
    this.session = session
    this.idleUntil = session.idleExpiry
  }

  present({ presented, client, now, grace, recoverWithin, idleTtl }: RotateRequest): string {
    if (this.ended && presented < this.fates.length) return 'ended'
    if (now >= Math.min(this.session.absoluteExpiry, this.idleUntil)) return 'expired'
    if (client !== this.session.client) return 'otherClient'
    const fate = this.fates[presented]
    const age = now - this.since
    const untold = age < -60
    if (fate === 'replaced' && !untold && age <= grace) return 'replayed'
    // Whoever holds the newest token may have a twin whose request is still on its way.
    const hasTwin = this.fates.includes('replaced') && grace !== 0
    if (fate === 'live' && hasTwin && !untold && age <= grace) return 'replayed'
    const recovers = fate === 'replaced' && (untold || age <= recoverWithin)
    if (fate !== 'live' && !recovers) {
      this.ended = true
      return fate === undefined ? 'rolledBack' : 'reused'
    }
    this.since = now
    this.idleUntil = now + idleTtl
    if (recovers) {
      this.fates[this.fates.indexOf('live')] = 'dead'
      this.fates.push('live')
      return 'recovered'
    }
    const before = this.fates.indexOf('replaced')
    if (before >= 0) this.fates[before] = 'dead'
    this.fates[presented] = 'replaced'
    this.fates.push('live')
    return 'rotated'
  }

  get newest(): number {
    return this.fates.length - 1
  }
}

const step = fc.record({
  /** Counted back from the newest token. */
  back: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(0, 1) },
    { weight: 1, arbitrary: fc.integer({ min: -1, max: 4 }) },
  ),
  wait: fc.oneof(
    fc.constantFrom(-3600, -61, -60, 0, 1, 9, 10, 11, 59, 60, 61, 3599, 3600, 3601),
    fc.nat({ max: 4000 }),
  ),
  client: fc.constantFrom('web', 'web', 'web', 'web', 'web', 'app'),
})

describe('the table of a rotation', () => {
  test('the table of a rotation agrees with a model that knows the fate of every token, over whole histories', () => {
    const kinds = new Set<string>()
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 30 }),
        fc.constantFrom(0, 10, 60),
        fc.constantFrom(0, 600, 3600),
        (steps, grace, recoverWithin) => {
          let session = sampleSession({
            absoluteExpiry: start + 40_000,
            idleExpiry: start + 5000,
          })
          const tokens = new Tokens(session)
          let now = start
          for (const { back, wait, client } of steps) {
            now += wait
            const presented = Math.max(0, tokens.newest - back)
            const request = sampleRequest(session, {
              presented,
              client,
              now,
              grace,
              recoverWithin,
              idleTtl: 5000,
            })
            const result = decideRotation(session, request)
            expect(result.kind).toBe(tokens.present(request))
            kinds.add(result.kind)
            if ('session' in result) session = result.session
            expect(session.generation).toBe(tokens.newest)
          }
        },
      ),
      { numRuns: 1000 },
    )
    expect([...kinds].sort()).toEqual(
      [
        'ended',
        'expired',
        'otherClient',
        'recovered',
        'replayed',
        'reused',
        'rolledBack',
        'rotated',
      ].sort(),
    )
  })

  test('the table of a rotation never changes the session that it is given', () => {
    const session = Object.freeze(sampleSession())
    expect(decideRotation(session, sampleRequest(session)).kind).toBe('rotated')
    expect(session.generation).toBe(0)
  })

  test('a rotation keeps a token until its parent would no longer be replayed, and only then', () => {
    const anywhere = fc.constantFrom(-3600, -61, -60, -1, 0, 1, 9, 10, 11, 60, 61, 3600, 3601)
    const kinds = new Set<string>()
    fc.assert(
      fc.property(anywhere, fc.integer({ min: 1, max: 60 }), (age, grace) => {
        const session = sampleSession({ generation: 7, parent: 5, rotatedAt: start })
        const ask = (presented: number) =>
          decideRotation(session, sampleRequest(session, { presented, now: start + age, grace }))
        expect(ask(7).kind === 'replayed').toBe(ask(5).kind === 'replayed')
        kinds.add(ask(7).kind)
      }),
    )
    expect(kinds).toEqual(new Set(['rotated', 'replayed']))
  })

  describe('when the clock has been put back since the last rotation', () => {
    const replaced = (back: number) => {
      const first = sampleSession()
      const rotated = decideRotation(first, sampleRequest(first, { now: start + 100_000 }))
      const session = 'session' in rotated ? rotated.session : first
      const strict = { presented: 0, grace: 10, recoverWithin: 0 }
      const ask = (now: number) => sampleRequest(session, { ...strict, now })
      return { session, ask, now: start + 100_000 - back }
    }

    test('with the clock put back by up to a minute, the replaced token has the same successor', () => {
      const { session, ask, now } = replaced(60)
      expect(decideRotation(session, ask(now)).kind).toBe('replayed')
      expect(decideRotation(session, { ...ask(now), presented: 1 }).kind).toBe('replayed')
    })

    test('with the clock put back by more, the successor rotates at once: no clock holds a session up', () => {
      const { session, ask, now } = replaced(61)
      const next = decideRotation(session, { ...ask(now), presented: 1 })
      expect(next).toMatchObject({ kind: 'rotated', session: { generation: 2, rotatedAt: now } })
    })

    test('with the clock put back by more, the session is recovered once, and judged by the new clock', () => {
      const { session, ask, now } = replaced(61)
      const first = decideRotation(session, ask(now))
      expect(first).toMatchObject({ kind: 'recovered', session: { rotatedAt: now } })
      const then = 'session' in first ? first.session : session
      expect(decideRotation(then, ask(now + 10)).kind).toBe('replayed')
      expect(decideRotation(then, ask(now + 11)).kind).toBe('reused')
    })
  })
})
