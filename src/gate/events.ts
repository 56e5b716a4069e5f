import { AuthError, type ErrorCode, type PublicReason } from '../foundation/errors.js'
import { notify } from '../foundation/listener.js'
import { type Call } from './call.js'
import { type AuthContext } from './context.js'

/**
 * A decision of a gate, for logs and metrics. Contains no token, no claim value, and no path except the router's
 * pattern.
 */
export type GateEvent = GateEventCall &
  (
    | { readonly kind: 'authorized' | 'anonymous' }
    | {
        readonly kind: 'refused'
        /** The exact code, which the caller does not see. */
        readonly code: ErrorCode
        readonly reason: PublicReason
        /** Name of the claim or header member that failed. */
        readonly claim?: string
        /** The error that the application's own function threw, unredacted. Only with a 503 or a 500. */
        readonly fault?: unknown
      }
    | {
        /** A stream that outlived its token was closed. */
        readonly kind: 'closed'
        readonly code: ErrorCode
        readonly reason: PublicReason
      }
  )

interface GateEventCall {
  readonly method?: string
  readonly operation?: string
  readonly pattern?: string
  /** Milliseconds: the time of all checks together, or how long a closed stream was open. */
  readonly durationMs: number
}

/** Called for every decision; its errors and rejections are ignored. */
export type OnEvent = (event: GateEvent) => unknown

type Admit<C> = () => Promise<AuthContext<C> | undefined>

/**
 * Runs the checks and reports to `onEvent` how they ended.
 *
 * @throws the error of the checks, unchanged
 * @example await watchDecision(onEvent, call, () => admit(policy, call))
 */
export function watchDecision<C>(
  onEvent: OnEvent | undefined,
  call: Call,
  admit: Admit<C>,
): ReturnType<Admit<C>> {
  return onEvent ? timeAndTell(onEvent, call, admit) : admit()
}

async function timeAndTell<C>(onEvent: OnEvent, call: Call, admit: Admit<C>): ReturnType<Admit<C>> {
  const start = performance.now()
  const shared = () => ({ ...named(call), durationMs: performance.now() - start })
  try {
    const context = await admit()
    notify(onEvent, { ...shared(), kind: context === undefined ? 'anonymous' : 'authorized' })
    return context
  } catch (error) {
    if (error instanceof AuthError) notify(onEvent, { ...shared(), ...refusal(error) })
    throw error
  }
}

function named({ method, operation, pattern }: Call) {
  return {
    ...(method === undefined ? {} : { method }),
    ...(operation === undefined ? {} : { operation }),
    ...(pattern === undefined ? {} : { pattern }),
  }
}

function refusal(error: AuthError) {
  return {
    kind: 'refused',
    code: error.code,
    reason: error.reason,
    ...(error.claim === undefined ? {} : { claim: error.claim }),
    ...(error.status >= 500 && error.cause !== undefined ? { fault: error.cause } : {}),
  } as const
}
