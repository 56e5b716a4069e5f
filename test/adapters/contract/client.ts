import { expect } from 'vitest'
import { raw, type RawAnswer, type RawBody } from '../raw-http.js'
import { canary } from '../tokens.js'

/** One thing every adapter does. It sees a base URL and nothing of the server behind it. */
export interface Behaviour {
  readonly name: string
  /** Whether it waits in vain where there is no gate. Default: it does not. */
  readonly needsGate?: boolean
  /** `givenUp` ends it, as a failure, when nothing is to be expected any more. */
  run(base: string, givenUp?: AbortSignal): Promise<void>
}

/** An answer with its body read. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** Calls a route with a token, or without one. */
export async function call(base: string, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(base + path, { redirect: 'manual', ...init })
  const answer = {
    status: response.status,
    headers: response.headers,
    body: await response.text(),
  }
  expectNoLeak(JSON.stringify([...answer.headers]) + answer.body, tokenOf(init.headers))
  return answer
}

/** Calls a route with `Authorization: Bearer`. */
export function callAs(
  token: string,
  base: string,
  target: string | (RequestInit & { path: string }),
): Promise<Answer> {
  const { path, ...init } = typeof target === 'string' ? { path: target } : target
  return call(base, path, { ...init, headers: { authorization: `Bearer ${token}` } })
}

/** Sends a request as written. */
export async function callRaw(
  base: string,
  lines: readonly string[],
  sent: RawBody = {},
): Promise<RawAnswer> {
  const answer = await raw(base, lines, sent)
  expectNoLeak(answer.head + answer.body, undefined)
  return answer
}

/** A 401 or 400 with its challenge, its public reason, and nothing that a cache may keep. */
export function expectRefusal(
  answer: Answer,
  wanted: { status: number; reason: string; error: string | null },
): void {
  expect(answer.status).toBe(wanted.status)
  const challenge = answer.headers.get('www-authenticate') ?? ''
  expect(challenge).toMatch(/^Bearer realm="api"/)
  const error = /error="([^"]*)"/.exec(challenge)?.[1] ?? null
  expect(error).toBe(wanted.error)
  expect(JSON.parse(answer.body)).toMatchObject({ status: wanted.status, reason: wanted.reason })
  expect(answer.headers.get('cache-control')).toBe('no-store')
}

export const missing = { status: 401, reason: 'token_missing', error: null }
export const invalid = { status: 401, reason: 'token_invalid', error: 'invalid_token' }
export const expired = { status: 401, reason: 'token_expired', error: 'invalid_token' }
export const ambiguous = { status: 400, reason: 'invalid_request', error: 'invalid_request' }

/** No byte of a token or of a claim's value comes back, whatever the answer is. */
function expectNoLeak(answer: string, token: string | undefined): void {
  expect(answer).not.toContain(canary)
  for (const part of (token ?? '').split('.')) {
    if (part.length > 8) expect(answer).not.toContain(part)
  }
}

function tokenOf(headers: RequestInit['headers']): string | undefined {
  return new Headers(headers).get('authorization')?.split(' ').at(-1)
}
