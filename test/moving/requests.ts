import { request as send } from 'node:http'
import jwt, { type SignOptions } from 'jsonwebtoken'

/** What a request was answered with. */
export interface Answer {
  readonly status: number
  /** Head and body, to look for texts in. */
  readonly text: string
}

/** The secrets and names that the tokens are made with. */
export interface World {
  readonly secret: string
}

const otherSecret = 'another-secret-of-more-than-64-bytes-'.repeat(2)
const expected = { issuer: 'https://auth.example', audience: 'api' }
const now = () => Math.floor(Date.now() / 1000)

function tokenOf(secret: string, claims: object, options: SignOptions = {}): string {
  return jwt.sign({ sub: 'user-1', role: 'admin', ...claims }, secret, options)
}

/** A token as the pages' programs make them today. */
function current(secret: string, claims: object = {}, options: SignOptions = {}): string {
  return tokenOf(secret, { exp: now() + 900, ...claims }, { ...expected, ...options })
}

function unsigned(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { sub: 'user-1', iss: expected.issuer, aud: expected.audience, exp: now() + 900 }
  return `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`
}

const past = (seconds: number) => ({ iat: now() - seconds - 60, exp: now() - seconds })

/** The value or values of `Authorization`, by what the pages' tables call the request. */
export const requests: Readonly<Record<string, (world: World) => readonly string[]>> = {
  'an old token': ({ secret }) => bearer(tokenOf(secret, { exp: now() + 900 })),
  'a new token': ({ secret }) => bearer(current(secret)),
  'an old token, expired an hour ago': ({ secret }) => bearer(tokenOf(secret, past(3600))),
  'a new token, expired an hour ago': ({ secret }) => bearer(current(secret, past(3600))),
  'a new token, expired 20 seconds ago': ({ secret }) => bearer(current(secret, past(20))),
  'a new token, signed with another key': () => bearer(current(otherSecret)),
  'a new token, signed with HS512': ({ secret }) =>
    bearer(current(secret, {}, { algorithm: 'HS512' })),
  'a new token with alg none': () => bearer(unsigned()),
  'a new token without exp': ({ secret }) => bearer(tokenOf(secret, {}, expected)),
  'a new token for another audience': ({ secret }) =>
    bearer(current(secret, {}, { audience: 'other' })),
  'a new token without aud': ({ secret }) =>
    bearer(tokenOf(secret, { exp: now() + 900 }, { issuer: expected.issuer })),
  'a new token of another issuer': ({ secret }) =>
    bearer(current(secret, {}, { issuer: 'https://other.example' })),
  'a new token, in the scheme Basic': ({ secret }) => [`Basic ${current(secret)}`],
  'two tokens': ({ secret }) => [...bearer(current(secret)), ...bearer(current(secret))],
  'something that is no token': () => bearer('abc'),
  'no token': () => [],
}

function bearer(token: string): readonly string[] {
  return [`Bearer ${token}`]
}

/** Sends each value in a field of its own, which `fetch` would join. */
export function ask(url: string, authorization: readonly string[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fields = authorization.flatMap((value) => ['Authorization', value])
    const headers = ['Host', new URL(url).host, 'Connection', 'close', ...fields]
    send(url, { headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const text = response.rawHeaders.join('\n') + '\n' + Buffer.concat(chunks).toString()
        resolve({ status: response.statusCode ?? 0, text })
      })
    })
      .on('error', reject)
      .end()
  })
}
