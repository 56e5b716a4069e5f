import { ApiError } from 'jotgate/api-spec/client'
import { ClientError } from 'jotgate/client'

/** A problem in words for the user. */
export interface Problem {
  /** HTTP status; 0 without an answer. */
  readonly status: number
  /** The service's reason, such as `not_found`; empty without one. */
  readonly reason: string
  /** A sentence. */
  readonly text: string
  /** What to do next; a sentence, or empty. */
  readonly next: string
}

/** GET /user/profile. */
export interface Profile {
  readonly id: string
  readonly username: string
  readonly displayName: string
  readonly roles: readonly string[]
  /** For the operations of administrators. */
  readonly permissions: readonly string[]
  /** `missing`: the operations of administrators need one. */
  readonly secondFactor: string
}

/** Whether an answer is a profile. */
export function isProfile(body: unknown): body is Profile {
  return (
    isRecord(body) &&
    typeof body['id'] === 'string' &&
    typeof body['username'] === 'string' &&
    typeof body['displayName'] === 'string' &&
    Array.isArray(body['roles']) &&
    Array.isArray(body['permissions']) &&
    typeof body['secondFactor'] === 'string'
  )
}

/**
 * Turns the error of a call into a problem to show.
 *
 * @example catch (error) { problem.value = problemOf(error) }
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof ApiError) return readProblem(error.status, error.body)
  return readProblem(0, error)
}

/**
 * Reads a problem document (RFC 9457), or describes another failure.
 *
 * @param status of the answer; 0 without one
 * @param body the document; without an answer, the error
 * @param retryAfter the header Retry-After, if present
 */
export function readProblem(
  status: number,
  body: unknown,
  retryAfter: string | null = null,
): Problem {
  if (status === 0) return unreachable(body)
  const document = isRecord(body) ? body : {}
  const reason = textOf(document['reason'])
  const said = textOf(document['detail']) || textOf(document['title'])
  const text = said === '' ? `The service answered ${String(status)}.` : sentence(said)
  return { status, reason, text, next: adviceFor(status, reason, retryAfter) }
}

/** Whether the session has ended: a 401 that asks for the password again is none. */
export function isEnd({ status, reason }: Problem): boolean {
  return status === 401 && reason !== 'insufficient_user_authentication'
}

/** Whether the password was right, and the code of the second factor is missing. */
export function needsCode({ reason }: Problem): boolean {
  return reason === 'second_factor_required'
}

const byReason: Readonly<Record<string, string>> = {
  invalid_grant: 'Check both and try again.',
  second_factor_required: 'Enter the code that your app shows.',
  origin_refused:
    'Open the console at an address that is among the service’s own origins in its configuration.',
  insufficient_user_authentication: 'Try again, and enter your password when you are asked for it.',
  password_refused: 'Try again.',
  misdirected: 'Open it at one of the service’s configured host names.',
}

const byStatus: Readonly<Record<number, string>> = {
  401: 'Log in again.',
  403: 'Ask an administrator for the required role.',
  404: 'It may no longer exist: reload the list.',
  500: 'See the service’s log for details.',
}

function adviceFor(status: number, reason: string, retryAfter: string | null): string {
  if (status === 429 || status === 503) {
    const seconds = Number(retryAfter)
    return retryAfter !== null && Number.isFinite(seconds) && seconds > 0
      ? `Try again in ${String(Math.ceil(seconds))} seconds.`
      : 'Try again shortly.'
  }
  return byReason[reason] ?? byStatus[status] ?? ''
}

function unreachable(error: unknown): Problem {
  if (error instanceof ClientError && error.code === 'SIGNED_OUT') {
    return { status: 401, reason: 'signed_out', text: 'Your session has ended.', next: 'Log in.' }
  }
  return {
    status: 0,
    reason: '',
    text: 'The service did not answer.',
    next: 'Check that it is running and reachable, then try again.',
  }
}

/** As a sentence: the service's texts are only parts of one. */
function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(capital) ? capital : `${capital}.`
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
