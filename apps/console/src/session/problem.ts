import { ClientError } from 'jotgate/client'
import { ApiError } from '../api/admin/generated/client.js'
import { ApiError as ClientsApiError } from '../api/clients/generated/client.js'

/** What went wrong, for whoever sits in front of it. */
export interface Problem {
  /** HTTP status; 0 without an answer. */
  readonly status: number
  /** The service's own word for it, such as `not_found`; empty without one. */
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
}

/** Whether an answer is a profile. */
export function isProfile(body: unknown): body is Profile {
  return (
    isRecord(body) &&
    typeof body['id'] === 'string' &&
    typeof body['username'] === 'string' &&
    typeof body['displayName'] === 'string' &&
    Array.isArray(body['roles'])
  )
}

/**
 * Turns what a call threw into something to show.
 *
 * @example catch (error) { problem.value = problemOf(error) }
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof ApiError || error instanceof ClientsApiError)
    return readProblem(error.status, error.body)
  return readProblem(0, error)
}

/**
 * Reads a problem document (RFC 9457), or says what else happened.
 *
 * @param status of the answer; 0 without one
 * @param body the document; without an answer what was thrown
 * @param retryAfter the field Retry-After, where there was one
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

const byReason: Readonly<Record<string, string>> = {
  invalid_grant: 'Check both and try again.',
  origin_refused:
    'Open the console at an address that is among the service’s own origins in its configuration.',
  misdirected: 'Open it at a host name that the service is configured for.',
}

const byStatus: Readonly<Record<number, string>> = {
  401: 'Log in again.',
  403: 'Ask an administrator for the role that this takes.',
  404: 'It may be gone already: load the list anew.',
  500: 'The service’s log says more.',
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
    next: 'See whether it is running and reachable from here, then try again.',
  }
}

/** As a sentence: the service's texts are halves of one. */
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
