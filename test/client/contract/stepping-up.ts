import { expect } from 'vitest'
import { type OnStepUp, type Session } from '../../../src/client/index.js'
import { type Behaviour, type Wire } from '../wire.js'
import { gate, later, refuseCurrent, signIn, times, until, type SignedIn } from './setup.js'

const challenge =
  'Bearer realm="api", error="insufficient_user_authentication", error_description="x", ' +
  'acr_values="urn:a urn:b", max_age="300"'

/** The server asks for another login, until there is one. */
async function asked(wire: Wire, onStepUp?: (session: Session) => ReturnType<OnStepUp>) {
  const wanted: unknown[] = []
  const made: { signedIn?: SignedIn } = {}
  made.signedIn = await signIn(wire, {
    ...(onStepUp && {
      onStepUp: (login) => {
        wanted.push(login)
        return onStepUp(made.signedIn?.session as Session) // a call is made after it
      },
    }),
  })
  refuseCurrent(wire)
  wire.ledger.challenge = challenge
  return { ...made.signedIn, wanted }
}

/** A JWT as far as a client looks at it. */
const tokenOf = (subject: string) =>
  `x.${Buffer.from(JSON.stringify({ sub: subject })).toString('base64url')}.x`

const pairOf = (subject: string) => ({
  accessToken: tokenOf(subject),
  refreshToken: 'refresh',
  expiresIn: 900,
})

const required = (wire: Wire) => ({ kind: 'step-up-required', origin: wire.home })

/** What happens where a server asks for a recent or stronger login (RFC 9470). */
export const steppingUp: readonly Behaviour[] = [
  {
    name: 'a call that needs another login is sent once more after it, and nothing is refreshed',
    run: async (wire) => {
      const { client, wanted, events } = await asked(wire, (session) =>
        session.signIn(wire.ledger.issue()),
      )
      expect(await wire.call(client, { body: 'pay' })).toEqual({ status: 200, body: 'pay' })
      expect(wanted).toEqual([{ acrValues: ['urn:a', 'urn:b'], maxAge: 300 }])
      expect(wire.ledger.values()).toEqual(['Bearer canary-1', 'Bearer canary-2'])
      expect(wire.ledger.presented).toEqual([])
      expect(events.slice(1)).toEqual([
        { kind: 'signed-in' },
        { kind: 'retried', origin: wire.home },
      ])
    },
  },
  {
    name: 'a call that needs another login is answered 401 without onStepUp, and the session stays',
    run: async (wire) => {
      const { client, session, clock, events } = await asked(wire)
      clock.advance(60)
      expect((await wire.call(client)).status).toBe(401)
      expect(wire.ledger.values()).toEqual(['Bearer canary-1'])
      expect(wire.ledger.presented).toEqual([])
      expect(events.slice(1)).toEqual([required(wire)])
      expect(await session.isSignedIn()).toBe(true)
    },
  },
  {
    name: 'a call that needs another login is answered 401 when the user does not want to',
    run: async (wire) => {
      const { client, session, wanted, events } = await asked(wire, () =>
        Promise.reject(new Error('cancelled')),
      )
      for (const tries of [1, 2]) {
        expect((await wire.call(client)).status).toBe(401)
        expect(wanted).toHaveLength(tries)
      }
      expect(events.slice(1)).toEqual([required(wire), required(wire)])
      expect(await session.isSignedIn()).toBe(true)
    },
  },
  {
    name: 'an onStepUp that throws is asked again by the next call',
    run: async (wire) => {
      const { client, wanted } = await asked(wire, () => {
        throw new Error('no dialog')
      })
      for (const tries of [1, 2]) {
        expect((await wire.call(client)).status).toBe(401)
        expect(wanted).toHaveLength(tries)
      }
    },
  },
  {
    name: 'a call is not sent a third time when the other login was not enough',
    run: async (wire) => {
      const { client, wanted } = await asked(wire, async (session) => {
        await session.signIn(wire.ledger.issue())
        refuseCurrent(wire)
      })
      expect((await wire.call(client)).status).toBe(401)
      expect(wanted).toHaveLength(1)
      expect(wire.ledger.values()).toEqual(['Bearer canary-1', 'Bearer canary-2'])
    },
  },
  {
    name: 'calls that need another login at once share one, and so does one that is refused late',
    run: async (wire) => {
      const [dialog, late] = [gate(), gate()]
      const { client, wanted } = await asked(wire, async (session) => {
        await dialog.opened
        await session.signIn(wire.ledger.issue())
      })
      wire.ledger.holdCalls = late.opened
      const last = later(wire.call(client, { body: 'last' }))
      await until(wire, () => wire.ledger.seen.length === 1)
      wire.ledger.holdCalls = undefined
      const calls = later(times(5, () => wire.call(client)))
      await until(wire, () => wire.ledger.seen.length === 6 && wanted.length > 0)
      dialog.open()
      expect((await calls).map(({ status }) => status)).toEqual(Array(5).fill(200))
      late.open()
      expect(await last).toEqual({ status: 200, body: 'last' })
      expect(wanted).toHaveLength(1)
      expect(wire.ledger.presented).toEqual([])
    },
  },
  {
    name: 'a call is not sent in the name of another user who has logged in instead',
    run: async (wire) => {
      let subject = 'bob'
      const { client, session } = await asked(wire, async (own) => {
        await own.signIn({ ...pairOf(subject), refreshToken: 'another' })
        wire.ledger.accepted = `Bearer ${tokenOf(subject)}`
      })
      await session.signIn(pairOf('alice'))
      expect((await wire.call(client)).status).toBe(401)
      expect(wire.ledger.values()).toEqual([`Bearer ${tokenOf('alice')}`])
      refuseCurrent(wire)
      subject = 'bob'
      expect((await wire.call(client)).status).toBe(200)
    },
  },
  {
    name: 'a caller who gives up leaves the login to the others',
    run: async (wire) => {
      const dialog = gate()
      const { client, wanted } = await asked(wire, async (session) => {
        await dialog.opened
        await session.signIn(wire.ledger.issue())
      })
      const impatient = new AbortController()
      const { signal } = impatient
      const gone = wire.call(client, { signal }).catch((reason: unknown) => reason)
      const patient = later(wire.call(client))
      await until(wire, () => wire.ledger.seen.length === 2 && wanted.length > 0)
      impatient.abort()
      dialog.open()
      expect((await patient).status).toBe(200)
      expect(wanted).toHaveLength(1)
      await gone
    },
  },
]
