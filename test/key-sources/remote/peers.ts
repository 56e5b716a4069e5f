import { createPublicKey } from 'node:crypto'
import buildGetJwks from 'get-jwks'
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import jwksRsa from 'jwks-rsa'
import { createClock, issuer, verifierOf } from './setup.js'
import type { JwksServer } from './jwks-server.js'
import { remoteJwks, type RemoteJwksEvent } from '../../../src/key-sources/remote-jwks.js'

/** A client of one set server; each runs with its own defaults but for how long it may keep what it has read. */
export interface SetClient {
  /** Whether a token is taken. */
  readonly accepts: (token: string) => Promise<boolean>
  /** Lets what was read grow old. */
  readonly age: () => Promise<void>
  /** What its events and its status say is wrong, both the same, in brackets; empty for a client that says nothing. */
  readonly told: () => string
  /** Lets the pause after a fetch pass, where the client has one that a test can wait for. */
  readonly cooldown: () => Promise<void>
}

/** Milliseconds that the others keep a set; ours goes by a clock that the test moves. */
const keepMs = 60
/** Milliseconds for one request. */
const timeoutMs = 2000

const wait = () => new Promise<void>((resolve) => setTimeout(resolve, 2 * keepMs))

const taken = async (verified: Promise<unknown>): Promise<boolean> =>
  verified.then(
    () => true,
    () => false,
  )

/** None of the others has a status or an event. */
const told = () => ''

const key = (pem: string) => createPublicKey(pem)

export const clients: Readonly<Record<string, (server: JwksServer) => SetClient>> = {
  jotgate: ({ url }) => {
    const clock = createClock()
    let event: RemoteJwksEvent | undefined
    const keys = remoteJwks(url, {
      algorithms: ['ES256'],
      reach: 'loopback',
      now: clock,
      timeoutMs,
      onEvent: (told) => {
        event = told
      },
    })
    const verify = verifierOf(keys, false)
    const told = () => {
      const kind = keys.status().problem?.kind
      const same = event?.type === 'failed' && event.problem === kind
      return same ? ` (${kind})` : ''
    }
    const pass = (seconds: number) => () => {
      clock.add(seconds)
      return Promise.resolve()
    }
    return { accepts: (token) => taken(verify(token)), age: pass(900), cooldown: pass(30), told }
  },
  jose: ({ url }) => {
    const set = createRemoteJWKSet(new URL(url), {
      cacheMaxAge: keepMs,
      timeoutDuration: timeoutMs,
    })
    return { accepts: (token) => taken(jwtVerify(token, set)), age: wait, cooldown: wait, told }
  },
  'jwks-rsa': ({ url }) => {
    const client = jwksRsa({ jwksUri: url, cacheMaxAge: keepMs, timeout: timeoutMs })
    const accepts = async (token: string) => {
      const found = await client.getSigningKey(decodeProtectedHeader(token).kid)
      await jwtVerify(token, key(found.getPublicKey()))
    }
    return { accepts: (token) => taken(accepts(token)), age: wait, cooldown: wait, told }
  },
  'jwks-rsa, limited': ({ url }) => {
    const limits = { rateLimit: true, jwksRequestsPerMinute: 10 }
    const client = jwksRsa({ jwksUri: url, cacheMaxAge: keepMs, timeout: timeoutMs, ...limits })
    const accepts = async (token: string) => {
      const found = await client.getSigningKey(decodeProtectedHeader(token).kid)
      await jwtVerify(token, key(found.getPublicKey()))
    }
    return { accepts: (token) => taken(accepts(token)), age: wait, cooldown: wait, told }
  },
  'get-jwks': ({ origin }) => {
    const client = buildGetJwks({ ttl: keepMs, jwksPath: '/jwks.json', issuersWhitelist: [origin] })
    const accepts = async (token: string) => {
      const { kid = '', alg = '' } = decodeProtectedHeader(token)
      const pem = await client.getPublicKey({ kid, alg, domain: origin })
      await jwtVerify(token, key(pem), { issuer })
    }
    return { accepts: (token) => taken(accepts(token)), age: wait, cooldown: wait, told }
  },
}
