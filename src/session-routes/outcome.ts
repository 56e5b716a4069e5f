import type { TokenResponse } from '../session/tokens.js'
import type { Holding } from './caller.js'
import type { RoutesPolicy } from './options.js'

/** What a route answers when it does not refuse. */
export interface Outcome {
  readonly status: 200 | 204
  /** The value of the JSON body of a 200. */
  readonly body?: unknown
  readonly setCookie?: readonly string[]
  /** For `onEvent`: what went wrong beside the answer. */
  readonly fault?: unknown
}

/** The tokens of a login or a refresh, as the caller holds them. */
export function answerTokens(
  { cookies }: Pick<RoutesPolicy, 'cookies'>,
  holding: Holding,
  tokens: TokenResponse,
): Outcome {
  if (holding === 'tokens' || cookies === undefined) return { status: 200, body: tokens }
  const { setCookie, body } = cookies.set(tokens)
  return { status: 200, body, setCookie }
}

/** The answer that a session has ended; `own` when it was the caller's, whose cookies then go. */
export function answerEnded({ cookies }: Pick<RoutesPolicy, 'cookies'>, own: boolean): Outcome {
  return { status: 204, ...(own && cookies !== undefined ? { setCookie: cookies.clear() } : {}) }
}
