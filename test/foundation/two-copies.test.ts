import { KeyObject, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import * as own from '../../src/index.js'
import { algorithmNames } from '../../src/key/algorithms.js'
import { HttpError } from '../../src/api-spec/runtime/http-error.js'
import { RequestError } from '../../src/api-spec/runtime/schema/schema.js'
import { ApiError } from '../../src/api-spec/runtime/client.js'
import { ApiSpecError } from '../../src/api-spec/index.js'
import { RefusedException } from '../../src/adapters/nest/nest-refusal.js'
import { answerTo } from '../../src/api-spec/runtime/answer.js'
import { ClientError } from '../../src/client/index.js'
import { fakeCall } from '../gate/calls.js'
import { pairFor } from '../key/pairs.js'

/** A second copy of the package in the process: the built one, beside the sources that the tests import. */
const other = {
  ...(await import('../../dist/index.js')),
  ...(await import('../../dist/api-spec/runtime/http-error.js')),
  ...(await import('../../dist/api-spec/runtime/schema/schema.js')),
  ...(await import('../../dist/api-spec/runtime/client.js')),
  ...(await import('../../dist/api-spec/index.js')),
  ...(await import('../../dist/client/index.js')),
  ...(await import('../../dist/gate/context.js')),
  ...(await import('../../dist/adapters/nest/nest-refusal.js')),
}
const expected = { issuer: 'https://idp.example', audience: 'api' }
const algorithms = ['HS256'] as const
const signing = { ...expected, expiresIn: '1h' } as const

describe('two copies of the package in one process', () => {
  it('two copies of the package in one process are two: they share no class', () => {
    expect(other.AuthError).not.toBe(own.AuthError)
    expect(other.hmacKey).not.toBe(own.hmacKey)
  })

  it.each(algorithmNames)('a key for %s of another copy signs and verifies', async (alg) => {
    const { signing: key, verifying: keys } = pairFor(alg)
    const token = await other.createSigner({ ...signing, key })({ sub: 'user-1' })
    const verify = other.createVerifier({ ...expected, keys, algorithms: [alg] })
    expect((await verify(token)).claims.sub).toBe('user-1')
    const compact = await other.signCompact(Buffer.from('bytes'), key)
    expect(Buffer.from(other.verifyCompact(compact, keys).payload).toString()).toBe('bytes')
    const changed = `${token.slice(0, token.lastIndexOf('.'))}.${compact.split('.')[2] ?? ''}`
    await expect(verify(changed)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' })
  })

  it('a private key of another copy gives its public half, and is refused as a verification key', () => {
    const { signing: key, verifying } = pairFor('ES256')
    expect(other.publicJwk(key)).toEqual(own.publicJwk(verifying))
    expect(other.verificationKey(key)).toMatchObject({ kind: 'public', kid: key.kid })
    expect(() => other.createVerifier({ ...expected, keys: key, algorithms: ['ES256'] })).toThrow(
      'holds a private key',
    )
    expect(() => other.currentAndPrevious({ current: key, previous: key })).toThrow('private key')
  })

  it('a secret of another copy stays one: it is never published', () => {
    const key = own.hmacKey(randomBytes(32), 'HS256')
    expect(() => other.publicJwk(key)).toThrow('an HMAC key has no public half')
    expect(() => other.publishedSet([key])).toThrow(other.ConfigError)
  })

  it('a key of another copy that only verifies cannot sign there either', async () => {
    const k = randomBytes(32).toString('base64url')
    const key = own.hmacKey({ kty: 'oct', k, key_ops: ['verify'] }, 'HS256')
    expect(() => other.createSigner({ ...signing, key })).toThrow('for signing')
    await expect(other.signCompact(Buffer.from('x'), key)).rejects.toThrow('cannot sign')
  })

  it('every source takes keys of another copy', async () => {
    const [current, previous] = [
      own.hmacKey(randomBytes(32), 'HS256'),
      own.hmacKey(randomBytes(32), 'HS256'),
    ]
    const token = await own.createSigner({ ...signing, key: current })({ sub: 'user-1' })
    const pair = other.currentAndPrevious({ current, previous })
    const sources = [() => current, pair, other.staticKeys([current])]
    for (const keys of sources) {
      const verify = other.createVerifier({ ...expected, keys, algorithms })
      expect((await verify(token)).claims.sub).toBe('user-1')
    }
    expect(pair.usage()).toMatchObject({ current: 1, previous: 0 })
  })

  it('a gate answers a refusal of another copy as its own', async () => {
    const key = own.hmacKey(randomBytes(32), 'HS256')
    const verify = own.createVerifier({ ...expected, keys: key, algorithms })
    const events: unknown[] = []
    const gate = other.createGate({ verify, onEvent: (event) => events.push(event) })
    const past = own.createSigner({ ...signing, key, now: () => 1000 })
    const error: unknown = await gate.check(bearer(await past({}))).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'TOKEN_EXPIRED' })
    expect(gate.respond(error)).toMatchObject({ status: 401 })
    expect(events).toMatchObject([{ kind: 'refused', code: 'TOKEN_EXPIRED' }])
    expect(answerTo(error, {})).toMatchObject({ status: 401 })
  })

  it('the context of a gate is found by every copy', async () => {
    const key = own.hmacKey(randomBytes(32), 'HS256')
    const verify = own.createVerifier({ ...expected, keys: key, algorithms })
    const gate = own.createGate({ verify })
    const token = await own.createSigner({ ...signing, key })({ sub: 'user-1' })
    const found = await gate(bearer(token), () => {
      const keep = other.keepContext()
      return [other.fromContext(), gate.current(), keep?.(() => own.fromContext())]
    })
    expect(found).toMatchObject(Array(3).fill({ claims: { sub: 'user-1' } }))
    expect(other.fromContext()).toBeUndefined()
  })
})

function bearer(token: string) {
  return fakeCall({ fields: [['authorization', `Bearer ${token}`]] })
}

/** The errors that the package exports: the class here, and how each copy makes one. */
const errors = {
  AuthError: [own, other].map(({ AuthError }) => [AuthError, new AuthError('TOKEN_EXPIRED')]),
  ConfigError: [own, other].map(({ ConfigError }) => [ConfigError, new ConfigError('a', 'b')]),
  ClientError: [{ ClientError }, other].map((copy) => [
    copy.ClientError,
    new copy.ClientError('SIGNED_OUT'),
  ]),
  HttpError: [{ HttpError }, other].map((copy) => [copy.HttpError, new copy.HttpError(404, {})]),
  RequestError: [{ RequestError }, other].map((copy) => [
    copy.RequestError,
    new copy.RequestError([]),
  ]),
  ApiError: [{ ApiError }, other].map((copy) => [copy.ApiError, new copy.ApiError(404, {})]),
  ApiSpecError: [{ ApiSpecError }, other].map((copy) => [
    copy.ApiSpecError,
    new copy.ApiSpecError('a'),
  ]),
  RefusedException: [{ RefusedException }, other].map((copy) => [
    copy.RefusedException,
    new copy.RefusedException(new own.AuthError('TOKEN_EXPIRED')),
  ]),
} as unknown as Readonly<Record<string, [[typeof Error, Error], [typeof Error, Error]]>>

describe.each(Object.entries(errors))('%s', (name, [[Mine, mine], [Theirs, theirs]]) => {
  it('an error is recognised by instanceof, whichever copy made it', () => {
    expect(Theirs).not.toBe(Mine)
    expect([theirs instanceof Mine, mine instanceof Theirs]).toEqual([true, true])
    expect([mine instanceof Mine, mine instanceof Error]).toEqual([true, true])
  })

  it('an object that only has an error’s name is not an instance of it', () => {
    const alike = Object.assign(new Error('TOKEN_EXPIRED'), { name, code: 'TOKEN_EXPIRED' })
    const copied: unknown = JSON.parse(JSON.stringify(mine))
    for (const value of [alike, copied, Object.assign({}, mine), null, undefined, name, () => name])
      expect(value instanceof Mine).toBe(false)
  })

  it('an error is not an instance of a class that extends it', () => {
    class Narrower extends Mine {}
    const narrower: unknown = Reflect.construct(Narrower, ['TOKEN_EXPIRED', []])
    expect([mine instanceof Narrower, theirs instanceof Narrower]).toEqual([false, false])
    expect([narrower instanceof Narrower, narrower instanceof Theirs]).toEqual([true, true])
  })
})

describe('what is not a key', () => {
  const key = own.hmacKey(randomBytes(32), 'HS256')
  const fields = { alg: 'HS256', kind: 'secret', kid: 'k', hasPublicKid: true }
  const alike: Readonly<Record<string, unknown>> = {
    'a key as JSON': JSON.parse(JSON.stringify(key)),
    'an object with its fields': fields,
    'a clone of a key': structuredClone(key),
    'its members in another object': Object.assign({}, key),
    'an object that inherits from a key': Object.create(key),
    'an object of its class': Object.create(Object.getPrototypeOf(key) as object),
    'JSON with every name of its own': JSON.parse(
      JSON.stringify(Object.fromEntries(Reflect.ownKeys(key).map((name) => [String(name), {}]))),
    ),
  }

  it.each(Object.entries(alike))('%s verifies and signs nothing', async (_name, value) => {
    const forged = value as own.Key
    const make = () => own.createVerifier({ ...expected, keys: forged, algorithms })
    expect(make).toThrow('must be a key, a function or a key source')
    expect(() => own.createSigner({ ...signing, key: forged })).toThrow(own.ConfigError)
    const verify = own.createVerifier({ ...expected, keys: () => forged, algorithms })
    const token = await own.createSigner({ ...signing, key })({})
    await expect(verify(token)).rejects.toMatchObject({ code: 'KEY_UNKNOWN' })
  })

  it('a name on Object.prototype makes no object a key', () => {
    const names = Object.getOwnPropertySymbols(key)
    expect(names.length).toBeGreaterThan(0)
    for (const name of names)
      Object.defineProperty(Object.prototype, name, { value: {}, configurable: true })
    try {
      const make = () =>
        own.createVerifier({
          ...expected,
          keys: fields as unknown as own.Key,
          algorithms,
        })
      expect(make).toThrow('must be a key')
    } finally {
      for (const name of names) Reflect.deleteProperty(Object.prototype, name)
    }
  })
})

it('nothing that a key holds, inherits or answers gives its material away', () => {
  const bytes = randomBytes(32)
  const key = own.hmacKey(bytes, 'HS256')
  const found = reachable(key)
  for (const value of [...found]) {
    if (typeof value !== 'function' || /\bnative code\b|^class /.test(String(value))) continue
    for (const given of [[], [key], [Buffer.from('data')]]) {
      try {
        reachable(Reflect.apply(value, key, given), found)
      } catch {
        // It takes something else.
      }
    }
  }
  expect(found.size).toBeGreaterThanOrEqual(10)
  for (const value of found) {
    expect(value instanceof KeyObject).toBe(false)
    if (value instanceof Uint8Array) expect(bytes.equals(value)).toBe(false)
  }
})

/** All values that reflection finds from one on: members, symbols, classes, prototypes. */
function reachable(from: unknown, found = new Set<unknown>()): Set<unknown> {
  const isObject = (typeof from === 'object' && from !== null) || typeof from === 'function'
  if (!isObject || found.has(from) || from === Object.prototype || from === Function.prototype)
    return found
  found.add(from)
  if (from instanceof Uint8Array || from instanceof KeyObject) return found
  for (const name of Reflect.ownKeys(from)) {
    const described = Object.getOwnPropertyDescriptor(from, name)
    if (described && 'value' in described) reachable(described.value, found)
  }
  return reachable(Object.getPrototypeOf(from), found)
}
