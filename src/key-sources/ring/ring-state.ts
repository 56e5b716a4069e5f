import type { Algorithm } from '../../key/algorithms.js'
import type { JsonWebKey } from '../../key/jwk.js'

/** One key of a ring as it is stored. Times are Unix seconds. */
export interface RingKey {
  readonly kid: string
  readonly alg: Algorithm
  readonly publicJwk: JsonWebKey
  /** Removed once no process can sign with it any more. */
  readonly privateJwk?: JsonWebKey
  /** Published from this time on. */
  readonly createdAt: number
  /** Signs from this time on; null while undecided. */
  readonly activeFrom: number | null
  /** Stops signing at this time; null while it has no successor. */
  readonly activeUntil: number | null
}

/**
 * The keys of a ring in the order in which they sign. The clock alone decides which one signs, so all processes switch
 * at the same moment, and two keys are never active together. Unknown members of a stored ring or key belong to the
 * next release: every change keeps them.
 */
export interface RingState {
  readonly keys: readonly RingKey[]
}

/** `pre-published` → `active` → `retired` → removed from the ring. */
export type KeyState = 'pre-published' | 'active' | 'retired'

/** The durations of a ring, in seconds. */
export interface RingTimes {
  /** How long a key signs; null: until a call of `rotate()`. */
  readonly rotateEvery: number | null
  /** How long a key is published before it signs. */
  readonly lead: number
  /** How long it takes until every process has seen a change. */
  readonly settle: number
  /** How long a key verifies after it last signed. */
  readonly overlap: number
}

/** The state of a key at a given time. */
export function stateOf({ activeFrom, activeUntil }: RingKey, now: number): KeyState {
  if (activeFrom === null || now < activeFrom) return 'pre-published'
  return activeUntil !== null && now >= activeUntil ? 'retired' : 'active'
}

/** The key that signs at a given time. */
export function activeKey({ keys }: RingState, now: number): RingKey | undefined {
  return keys.find((key) => stateOf(key, now) === 'active')
}

/** The key that will sign next. */
export function nextKey({ keys }: RingState, now: number): RingKey | undefined {
  return keys.find((key) => stateOf(key, now) === 'pre-published')
}

/** When a key stops verifying; Infinity while its retirement is undecided. */
export function removedAt({ activeUntil }: RingKey, { overlap }: RingTimes): number {
  return activeUntil === null ? Infinity : activeUntil + overlap
}

/**
 * Seconds that a key stays whole in the store after it has retired, and then after it has stopped verifying: by another
 * process's clock it may not have done so yet. The largest `clockTolerance` of a verifier; tokens of processes whose
 * clocks differ by more are refused anyway.
 */
const clockMargin = 300

/**
 * The ring without what no process needs any more: expired keys are removed, and retired ones lose their private half.
 * This cannot be undone. `passed` is a time that has certainly passed, by more clocks than one. Returns the same object
 * when nothing changes.
 */
export function tidy(ring: RingState, passed: number, times: RingTimes): RingState {
  const before = passed - clockMargin
  const keys = ring.keys
    .filter((key) => before < removedAt(key, times))
    .map((key) => (stateOf(key, before) === 'retired' ? withoutPrivate(key) : key))
  const same = keys.length === ring.keys.length && keys.every((key, i) => key === ring.keys[i])
  return same ? ring : { ...ring, keys }
}

/** How many keys a ring lacks: one to sign with now, and one to publish before it is needed. */
export function missingKeys(ring: RingState, now: number): number {
  return (activeKey(ring, now) ? 0 : 1) + (nextKey(ring, now) ? 0 : 1)
}

/**
 * The ring on its schedule: while no key signs, the next one does so at once, and a key whose successor was put off, by
 * a wrong clock or a longer `rotateEvery`, retires when it is due. Returns the same object when nothing changes.
 */
export function onSchedule(ring: RingState, now: number, times: RingTimes): RingState {
  const active = activeKey(ring, now)
  const next = nextKey(ring, now)
  if (!next) return ring
  if (!active) return { ...ring, keys: startingAt(ring.keys, next.kid, now) }
  const { rotateEvery, lead } = times
  if (rotateEvery === null || active.activeFrom === null || next.activeFrom === null) return ring
  const at = Math.max(active.activeFrom + rotateEvery, now + lead)
  if (next.activeFrom <= at + clockMargin) return ring
  return { ...ring, keys: startingAt(endingAt(ring.keys, active.kid, at), next.kid, at) }
}

/** Adds a new key to the ring: the first one signs at once, every other one after its predecessor. */
export function withKey(
  ring: RingState,
  key: Omit<RingKey, 'createdAt' | 'activeFrom' | 'activeUntil'>,
  { now, times }: { readonly now: number; readonly times: RingTimes },
): RingState {
  const born = { ...key, createdAt: now, activeUntil: null }
  const active = activeKey(ring, now)
  if (!active) return { ...ring, keys: [...ring.keys, { ...born, activeFrom: now }] }
  const { rotateEvery, lead } = times
  const due = rotateEvery === null ? null : (active.activeFrom ?? now) + rotateEvery
  const activeFrom = due === null ? null : Math.max(due, now + lead)
  const keys = [...endingAt(ring.keys, active.kid, activeFrom), { ...born, activeFrom }]
  return { ...ring, keys }
}

/**
 * Lets the next key sign as early as possible: once it has been published for long enough and every process knows of
 * the change. Returns the same object when that is already so, or when there is no next key.
 */
export function broughtForward(ring: RingState, now: number, times: RingTimes): RingState {
  const active = activeKey(ring, now)
  const next = nextKey(ring, now)
  if (!active || !next) return ring
  // A key created in the future was created by a wrong clock: it is published from now at the latest.
  const at = Math.max(now + times.settle, Math.min(next.createdAt, now) + times.lead)
  if (next.activeFrom !== null && next.activeFrom <= at) return ring
  return { ...ring, keys: startingAt(endingAt(ring.keys, active.kid, at), next.kid, at) }
}

/**
 * Removes a key from the ring at once; returns the same object when it is not there. If it was the active one, the next
 * key takes over without waiting until every process knows.
 */
export function without(ring: RingState, kid: string, now: number): RingState {
  const key = ring.keys.find((each) => each.kid === kid)
  if (!key) return ring
  const keys = ring.keys.filter((each) => each !== key)
  const next = nextKey(ring, now)
  switch (stateOf(key, now)) {
    case 'retired':
      return { ...ring, keys }
    case 'pre-published': {
      const active = activeKey(ring, now)
      return { ...ring, keys: active ? endingAt(keys, active.kid, null) : keys }
    }
    case 'active':
      return { ...ring, keys: next ? startingAt(keys, next.kid, now) : keys }
  }
}

function endingAt(keys: readonly RingKey[], kid: string, at: number | null): readonly RingKey[] {
  return keys.map((key) => (key.kid === kid ? { ...key, activeUntil: at } : key))
}

function startingAt(keys: readonly RingKey[], kid: string, at: number): readonly RingKey[] {
  return keys.map((key) => (key.kid === kid ? { ...key, activeFrom: at } : key))
}

function withoutPrivate(key: RingKey): RingKey {
  const { privateJwk, ...rest } = key
  return privateJwk === undefined ? key : rest
}
