import { randomBytes } from 'node:crypto'
import { afterEach } from 'vitest'
import type { Key } from '../../../src/key/index.js'
import { createSigner, createVerifier, type KeySource } from '../../../src/token/index.js'
import {
  createKeyRing,
  type KeyRing,
  type KeyRingEvent,
  type KeyRingOptions,
} from '../../../src/key-sources/key-ring.js'
import { memoryKeys } from '../../../src/stores/memory/keys.js'
import { createClock, type Clock } from '../remote/setup.js'

export const encryptionKey = randomBytes(32)

/** Short times: a lead of 10 s (8 s max-age, 2 s for two looks), an overlap of 98 s. */
export const times = {
  tokenLife: 60,
  maxAge: 8,
  maxStaleness: 30,
  rotateEvery: 100,
  pollEveryMs: 1000,
} as const

export interface RingSite {
  readonly ring: KeyRing
  readonly clock: Clock
  readonly events: KeyRingEvent[]
}

/** A ring that has started, with a clock of its own unless one is given. */
export async function startRing(options: Partial<KeyRingOptions> = {}): Promise<RingSite> {
  const site = makeRing(options)
  await site.ring.start()
  return site
}

export function makeRing(options: Partial<KeyRingOptions> = {}): RingSite {
  const clock = (options.now as Clock | undefined) ?? createClock()
  const events: KeyRingEvent[] = []
  const ring = createKeyRing({
    store: memoryKeys(),
    algorithm: 'ES256',
    encryptionKey,
    ...times,
    now: clock,
    monotonic: clock,
    onEvent: (event) => {
      events.push(event)
    },
    ...options,
  })
  open.push(ring)
  return { ring, clock, events }
}

const open: KeyRing[] = []

afterEach(() => {
  for (const ring of open.splice(0)) ring.close()
})

export const signAt = (key: Key, clock: () => number) =>
  createSigner({ key, issuer: 'i', audience: 'a', expiresIn: times.tokenLife, now: clock })({
    sub: 'u',
  })

export const verifierAt = (keys: KeySource, clock: () => number) =>
  createVerifier({
    keys,
    algorithms: ['ES256'],
    issuer: 'i',
    audience: 'a',
    clockTolerance: 0,
    now: clock,
  })

/** The states of a ring's keys, in their order. */
export const statesOf = (ring: KeyRing) => ring.list().map(({ state }) => state)
