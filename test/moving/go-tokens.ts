import { createHmac } from 'node:crypto'

/** What a token of golang-jwt is made of. */
export interface GoToken {
  readonly secret: string
  readonly claims: Readonly<Record<string, unknown>>
  readonly alg?: 'HS256' | 'HS384' | 'none'
  /** `WithTokenHeader` of Kratos. */
  readonly header?: Readonly<Record<string, unknown>>
}

/**
 * A token byte for byte as `jwt.NewWithClaims(method, jwt.MapClaims{…}).SignedString(secret)` of golang-jwt writes it:
 * Go sorts the members of a map, and escapes what HTML would read.
 */
export function goToken({ secret, claims, alg = 'HS256', header = {} }: GoToken): string {
  const input = `${part({ typ: 'JWT', alg, ...header })}.${part(claims)}`
  if (alg === 'none') return `${input}.`
  const hash = alg === 'HS256' ? 'sha256' : 'sha384'
  return `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`
}

function part(map: Readonly<Record<string, unknown>>): string {
  const members = Object.entries(map)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${JSON.stringify(name)}:${textOf(value)}`)
  const escaped = `{${members.join()}}`.replaceAll(
    /[<>&]/g,
    (each) => `\\u00${each.charCodeAt(0).toString(16)}`,
  )
  return Buffer.from(escaped).toString('base64url')
}

/** An int64 has no end in Go where a number has one here. */
function textOf(value: unknown): string {
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value)
}

const now = () => Math.floor(Date.now() / 1000)
const past = (seconds: number) => ({ exp: now() - seconds })
const otherSecret = 'another-secret-of-more-than-64-bytes-'.repeat(2)

/** The secrets that a program was started with. */
export interface GoSecrets {
  readonly secret: string
  readonly previous?: string
}

/** The value of `Authorization`, by what the page's tables call the request. */
export const goRequests: Readonly<Record<string, (secrets: GoSecrets) => string | undefined>> = {
  'a token of golang-jwt': ({ secret }) => bearer(secret),
  '… of the secret before': ({ previous = '' }) => bearer(previous),
  '… with a userId beyond 2^53': ({ secret }) => bearer(secret, { userId: 9007199254740993n }),
  '… without exp': ({ secret }) => bearer(secret, { exp: undefined }),
  '… without the scheme': ({ secret }) => bearer(secret).slice('Bearer '.length),
  '… in the scheme Basic': ({ secret }) => bearer(secret).replace('Bearer', 'Basic'),
  '… expired an hour ago': ({ secret }) => bearer(secret, past(3600)),
  '… expired 2 seconds ago': ({ secret }) => bearer(secret, past(2)),
  '… not good before tomorrow': ({ secret }) => bearer(secret, { nbf: now() + 86_400 }),
  '… issued tomorrow': ({ secret }) => bearer(secret, { iat: now() + 86_400 }),
  '… signed with another secret': () => bearer(otherSecret),
  '… signed by HS384': ({ secret }) =>
    `Bearer ${goToken({ secret, claims: caller(), alg: 'HS384' })}`,
  '… with alg none': ({ secret }) => `Bearer ${goToken({ secret, claims: caller(), alg: 'none' })}`,
  'something that is no token': () => 'Bearer abc.def',
  'no token': () => undefined,
}

/** The same requests as the runs of Kratos and go-zero were recorded with, by the names that those have. */
export const recorded: Readonly<Record<string, string>> = {
  'a token of golang-jwt': 'valid',
  '… with a userId beyond 2^53': 'integer beyond 2^53',
  '… without exp': 'valid',
  '… without the scheme': 'no scheme, raw token',
  '… in the scheme Basic': 'Basic',
  '… expired an hour ago': 'exp past',
  '… expired 2 seconds ago': 'exp past',
  '… not good before tomorrow': 'nbf future',
  '… issued tomorrow': 'iat future',
  '… signed with another secret': 'bad signature (flipped last char)',
  '… signed by HS384': 'alg HS384 same key',
  '… with alg none': 'alg none',
  'something that is no token': 'two segments',
  'no token': 'no header',
}

function bearer(secret: string, claims: object = {}): string {
  return `Bearer ${goToken({ secret, claims: caller(claims) })}`
}

/** What is undefined is left out. */
function caller(claims: object = {}): Readonly<Record<string, unknown>> {
  const all: Record<string, unknown> = {
    sub: 'user-1',
    userId: 42,
    role: 'admin',
    exp: now() + 900,
    ...claims,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}
