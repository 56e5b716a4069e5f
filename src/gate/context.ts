import { AsyncLocalStorage } from 'node:async_hooks'
import { type VerifiedToken } from '../token/token.js'

/** Who is calling. Frozen; made by a gate from a token that passed every check. */
export interface AuthContext<C> {
  readonly token: VerifiedToken<C>
  /** The same as `token.claims`. */
  readonly claims: C
}

/** What one gate found, and what gates outside it found. `context` is undefined when it let the call by without. */
interface Frame {
  readonly owner: object
  readonly context: AuthContext<unknown> | undefined
  readonly outer: Frame | undefined
}

const storage = new AsyncLocalStorage<Frame>()
const anyone = {}

/**
 * The context of the call being handled, from anywhere below the gate: handlers, hooks, streams. With several gates
 * it is the innermost one that asked for a token. Undefined outside a call and in calls let by without a token.
 *
 * `C` is a cast: this function can not know which gate the call went through. `gate.current()` does.
 *
 * @example const subject = fromContext()?.token.payload.sub
 */
export function fromContext<C>(): AuthContext<C> | undefined {
  let frame = storage.getStore()
  while (frame && frame.context === undefined) frame = frame.outer
  return frame?.context as AuthContext<C> | undefined // the documented cast
}

/**
 * Runs `fn` with a context that did not come from a gate: a job that works for a user, a test.
 *
 * @example await newContext(context, () => sendReminder())
 */
export function newContext<R>(context: AuthContext<unknown>, fn: () => R): R {
  return enter(anyone, context, fn)
}

/**
 * Runs `fn` as a call that `owner` let in, with or without a context. What the same owner found before is hidden: a
 * call made inside another call, as test injections are, must not inherit who the outer caller was.
 *
 * @example enter(gate, context, next)
 */
export function enter<R>(owner: object, context: AuthContext<unknown> | undefined, fn: () => R): R {
  const outer = without(storage.getStore(), owner)
  if (context === undefined && outer === undefined && storage.getStore() === undefined) return fn()
  return storage.run({ owner, context, outer }, fn)
}

/** What `owner` found in the call being handled. */
export function contextOf(owner: object): AuthContext<unknown> | undefined {
  let frame = storage.getStore()
  while (frame && frame.owner !== owner) frame = frame.outer
  return frame?.context
}

/**
 * A function that runs others in the context of now, wherever it is called from; undefined where there is none.
 * What already runs in that context, or in one below it, is left as it is.
 *
 * Events of a request are emitted from the socket's context, not from the handler's: adapters lead them back.
 *
 * @example const keep = keepContext(); emitter.on('data', () => keep?.(() => fromContext()))
 */
export function keepContext(): (<R>(fn: () => R) => R) | undefined {
  const frame = storage.getStore()
  if (frame === undefined) return undefined
  return (fn) => (isWithin(frame) ? fn() : storage.run(frame, fn))
}

function isWithin(frame: Frame): boolean {
  let inner = storage.getStore()
  while (inner && inner !== frame) inner = inner.outer
  return inner === frame
}

function without(frame: Frame | undefined, owner: object): Frame | undefined {
  if (frame === undefined) return undefined
  const outer = without(frame.outer, owner)
  if (frame.owner === owner) return outer
  return outer === frame.outer ? frame : { ...frame, outer }
}
