import { expect } from 'vitest'
import { newAddress, newName, ownOrigin, type World } from './world.js'

/** An answer with its body read. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The JSON in it; undefined for an empty body. */
  readonly body: Record<string, unknown> | undefined
}

/** A request to a route. */
export interface Sent {
  /** Sent as JSON, unless it is text. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** The server under test, and what is behind it. */
export interface Site {
  readonly base: string
  readonly world: World
}

/** Calls a route, as `'POST /login'`. Every answer says that it must not be stored. */
export async function ask({ base }: Site, route: string, sent: Sent = {}): Promise<Answer> {
  const [method = '', path = ''] = route.split(' ')
  const { body } = sent
  const response = await fetch(`${base}/auth${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...sent.headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  expect([route, response.headers.get('cache-control')]).toEqual([route, 'no-store'])
  const parsed = text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>)
  return { status: response.status, headers: response.headers, text, body: parsed }
}

/** A user with an access token and a refresh token. */
export interface User {
  readonly name: string
  readonly accessToken: string
  readonly refreshToken: string
  readonly sid: string
  /** Its headers. */
  readonly bearer: { readonly authorization: string }
}

/** Logs in without cookies. */
export async function logIn(site: Site, name = newName(), more: object = {}): Promise<User> {
  const headers = { 'x-test-address': newAddress(), 'user-agent': 'a phone' }
  const body = { username: name, password: 'right', ...more }
  const answer = await ask(site, 'POST /login', { body, headers })
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)])
  const tokens = answer.body as unknown as Pick<User, 'accessToken' | 'refreshToken' | 'sid'>
  return { ...tokens, name, bearer: { authorization: `Bearer ${tokens.accessToken}` } }
}

/** What an own page sends. */
export const page = { origin: ownOrigin, 'sec-fetch-site': 'same-origin' } as const
/** What a page of another origin sends. */
export const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } as const

/** The `Cookie` field that a browser makes of what it was sent. */
export function cookiesOf({ headers }: Answer): string {
  return headers
    .getSetCookie()
    .map((field) => field.split(';')[0])
    .join('; ')
}

/** Logs in as an own page does; its headers from then on. */
export async function logInPage(site: Site, name = newName(), before: object = {}) {
  const headers = { ...page, ...before, 'x-test-address': newAddress() }
  const answer = await ask(site, 'POST /login', {
    body: { username: name, password: 'right' },
    headers,
  })
  expect(answer.status).toBe(200)
  return { name, answer, headers: { ...page, cookie: cookiesOf(answer) } }
}

/** What a refusal says. */
export function reasonOf({ status, body }: Answer): readonly unknown[] {
  return [status, body?.['reason']]
}
