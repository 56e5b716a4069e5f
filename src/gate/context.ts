import { AsyncLocalStorage } from 'node:async_hooks'
import { processWide } from '../foundation/process-wide.js'
import { type VerifiedToken } from '../token/token.js'

/** The caller. Frozen; created by a gate from a token that passed every check. */
export interface AuthContext<C> {
  readonly token: VerifiedToken<C>
  /** The same as `token.claims`. */
  readonly claims: C
}

/**
 * What one gate found, and what the gates outside it found. `context` is undefined for a call admitted without a token.
 */
interface Frame extends Admission {
  readonly outer: Frame | undefined
}

/** How a gate admitted a call. */
interface Admission {
  readonly owner: object
  readonly context: AuthContext<unknown> | undefined
  /** Whether the call may come without a token. */
  readonly isOptional: boolean
}

/** A gate, an adapter and a handler may come from different copies of this package. */
const storage = processWide('context/1', () => new AsyncLocalStorage<Frame>())
const anyone = {}

/**
 * The context of the call being handled, from anywhere below the gate: handlers, hooks, streams. With several gates
 * it is the context of the innermost one that required a token. Undefined outside a call and in calls admitted
 * without a token.
 *
 * `C` is a cast: this function cannot know which gate the call went through. `gate.current()` does.
 *
 * @example const subject = fromContext()?.token.payload.sub
 */
export function fromContext<C>(): AuthContext<C> | undefined {
  let frame = storage.getStore()
  while (frame && frame.context === undefined) frame = frame.outer
  return frame?.context as AuthContext<C> | undefined // the documented cast
}

/**
 * Runs `fn` with a context that did not come from a gate: for a job on behalf of a user, or a test.
 *
 * @example await newContext(context, () => sendReminder())
 */
export function newContext<R>(context: AuthContext<unknown>, fn: () => R): R {
  return enter({ owner: anyone, context, isOptional: false }, fn)
}

/**
 * Runs `fn` as a call that `owner` admitted, with or without a context. An earlier context of the same owner is hidden:
 * a call made inside another call, as test injections are, must not inherit the outer caller.
 *
 * @example enter({ owner, context, isOptional: false }, next)
 */
export function enter<R>(admission: Admission, fn: () => R): R {
  const { owner, context, isOptional } = admission
  const outer = without(storage.getStore(), owner)
  const isNothing = context === undefined && !isOptional
  if (isNothing && outer === undefined && storage.getStore() === undefined) return fn()
  return storage.run({ owner, context, isOptional, outer }, fn)
}

/** How `owner` admitted the call being handled; undefined when it did not guard it. */
export function admissionOf(owner: object): Admission | undefined {
  let frame = storage.getStore()
  while (frame && frame.owner !== owner) frame = frame.outer
  return frame
}

/**
 * Returns a function that runs callbacks in the current context, wherever it is called from; undefined when there is
 * no context. Code that already runs in that context, or in one below it, keeps its own.
 *
 * Node emits a request's events in the socket's context, not in the handler's: adapters use this to restore it.
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
