import { constants, sign as signHere, type KeyObject } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { AuthError } from '../../src/foundation/errors.js'
import {
  algorithmNames,
  algorithmRow,
  isSymmetric,
  type Algorithm,
} from '../../src/key/algorithms.js'
import {
  externalKey,
  publicJwk,
  publicKey,
  verificationKey,
  type ExternalKeyEvent,
  type ExternalKeyOptions,
} from '../../src/key/index.js'
import { createSigner, createVerifier, signCompact, verifyCompact } from '../../src/token/index.js'
import { signBytes } from '../../src/key/signature/sign.js'
import { verifyBytes } from '../../src/key/signature/verify.js'
import { staticKeys } from '../../src/key-sources/index.js'
import { rawPair } from './pairs.js'

/** Signs as a service elsewhere would: with node:crypto alone, in the form that is asked for. */
function signWith(alg: Algorithm, key: KeyObject, dsaEncoding: 'ieee-p1363' | 'der') {
  const row = algorithmRow(alg)
  const pss =
    row.kind === 'pss'
      ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: row.salt }
      : undefined
  const hash = 'hash' in row ? row.hash : null
  return (data: Uint8Array) => signHere(hash, data, { key, dsaEncoding, ...pss })
}

const pair = rawPair('ES256')
const right = signWith('ES256', pair.privateKey, 'ieee-p1363')

/** An ES256 key elsewhere, and what its listener heard. */
function elsewhere(options: Partial<ExternalKeyOptions>) {
  const events: ExternalKeyEvent[] = []
  const key = externalKey({
    alg: 'ES256',
    kid: 'k1',
    publicKey: pair.publicKey,
    sign: (input) => Promise.resolve(right(input)),
    onEvent: (event) => events.push(event),
    ...options,
  })
  return { key, events }
}

const signerOf = (key: ReturnType<typeof externalKey>) =>
  createSigner({ key, issuer: 'i', audience: 'a', expiresIn: '15m' })

async function failureOf(signing: Promise<unknown>): Promise<AuthError> {
  const error: unknown = await signing.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof AuthError) return error
  throw new Error('expected a refusal', { cause: error })
}

const asymmetric = algorithmNames.filter((alg) => !isSymmetric(alg))

test.each(asymmetric)(
  'a key elsewhere signs tokens of %s that its public half verifies',
  async (alg) => {
    const { privateKey, publicKey: half } = rawPair(alg)
    const sign = signWith(alg, privateKey, 'ieee-p1363')
    const key = externalKey({ alg, publicKey: half, sign: (data) => Promise.resolve(sign(data)) })
    const token = await createSigner({
      key,
      issuer: 'i',
      audience: 'a',
      expiresIn: '15m',
      maxLength: 16_384,
    })({ sub: 'user-1' })
    const verify = createVerifier({
      keys: publicKey(half, alg),
      algorithms: [alg],
      issuer: 'i',
      audience: 'a',
      maxLength: 16_384,
    })
    expect((await verify(token)).claims.sub).toBe('user-1')
  },
)

test.each(asymmetric.filter((alg) => algorithmRow(alg).kind === 'ec'))(
  'DER signatures of %s become those of a JWS, every time',
  async (alg) => {
    const { privateKey, publicKey: half } = rawPair(alg)
    const sign = signWith(alg, privateKey, 'der')
    const key = externalKey({
      alg,
      publicKey: half,
      dsaEncoding: 'der',
      sign: (data) => Promise.resolve(sign(data)),
    })
    for (let i = 0; i < 20; i++) {
      const jws = await signCompact(Buffer.from(String(i)), key)
      expect(String(verifyCompact(jws, verificationKey(key)).payload)).toBe(String(i))
    }
  },
)

test('sign gets the signing input of the token, and alg, kid and a signal beside it', async () => {
  const asked: unknown[] = []
  const { key } = elsewhere({
    sign: (input, { signal, ...context }) => {
      asked.push(Buffer.from(input).toString(), context, signal.aborted)
      return Promise.resolve(right(input))
    },
  })
  const token = await signerOf(key)({})
  expect(asked).toEqual([
    token.slice(0, token.lastIndexOf('.')),
    { alg: 'ES256', kid: 'k1' },
    false,
  ])
})

test('a key elsewhere is a private key to everything that verifies, and shows its public half', async () => {
  const { key } = elsewhere({})
  expect(key.kind).toBe('private')
  expect(publicJwk(key)).toEqual({
    ...pair.publicKey.export({ format: 'jwk' }),
    kid: 'k1',
    alg: 'ES256',
    use: 'sig',
  })
  expect(() => staticKeys([key])).toThrow('holds a private key')
  const half = verificationKey(key)
  expect(half.kind).toBe('public')
  await expect(signCompact(Buffer.from('a'), half)).rejects.toThrow('cannot sign')
})

const other = rawPair('ES384')
const bytes = (length: number) => () => Promise.resolve(new Uint8Array(length))

test.each<[string, ExternalKeyEvent['problem'], Partial<ExternalKeyOptions>]>([
  ['that rejects', 'rejected', { sign: () => Promise.reject(new Error('AccessDenied: secret')) }],
  [
    'that throws',
    'rejected',
    {
      sign: () => {
        throw new AuthError('TOKEN_EXPIRED')
      },
    },
  ],
  ['that never answers', 'late', { deadlineMs: 20, sign: () => new Promise(() => undefined) }],
  ['that answers with text', 'malformed', { sign: () => Promise.resolve('AAAA' as never) }],
  ['that answers with nothing', 'malformed', { sign: () => Promise.resolve(undefined as never) }],
  [
    'that answers with an ArrayBuffer',
    'malformed',
    { sign: () => Promise.resolve(new ArrayBuffer(64) as never) },
  ],
  ['one byte short', 'malformed', { sign: bytes(63) }],
  ['that answers with no bytes', 'malformed', { sign: bytes(0) }],
  ['of zeros', 'wrong', { sign: bytes(64) }],
  [
    'of other data',
    'wrong',
    { sign: (input) => Promise.resolve(right(Buffer.concat([input, Buffer.from('.')]))) },
  ],
  [
    'of another hash',
    'wrong',
    {
      sign: (input) =>
        Promise.resolve(
          signHere('sha384', input, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' }),
        ),
    },
  ],
  [
    'that is DER without being said to be',
    'malformed',
    { sign: (input) => Promise.resolve(signWith('ES256', pair.privateKey, 'der')(input)) },
  ],
  [
    'that is not DER and said to be',
    'malformed',
    { dsaEncoding: 'der', sign: (input) => Promise.resolve(right(input)) },
  ],
  [
    'in DER with a byte after it',
    'malformed',
    {
      dsaEncoding: 'der',
      sign: (input) =>
        Promise.resolve(
          Buffer.concat([signWith('ES256', pair.privateKey, 'der')(input), Buffer.alloc(1)]),
        ),
    },
  ],
  [
    'by another key',
    'malformed',
    { sign: (input) => Promise.resolve(signWith('ES384', other.privateKey, 'ieee-p1363')(input)) },
  ],
  [
    'of what it has changed before',
    'wrong',
    {
      sign: (input) => {
        input.fill(0x41)
        return Promise.resolve(right(input))
      },
    },
  ],
])('a signature %s is a 503 and an event, and never a token', async (_, problem, options) => {
  const { key, events } = elsewhere(options)
  const error = await failureOf(signerOf(key)({ sub: 'user-1' }))
  expect(error).toMatchObject({ code: 'KEYS_UNAVAILABLE', status: 503, retryAfter: 1 })
  expect(events).toEqual([
    { type: 'failed', alg: 'ES256', kid: 'k1', problem, message: expect.any(String) as string },
  ])
  expect(JSON.stringify([error, events, error.message])).not.toMatch(/secret|eyJ/)
})

test('the cause of a refusal says what was wrong, and leads to what sign threw', async () => {
  const fault = new Error('AccessDeniedException')
  const rejected = await failureOf(signerOf(elsewhere({ sign: () => Promise.reject(fault) }).key)())
  expect(rejected.cause).toMatchObject({ message: 'sign threw or rejected', cause: fault })
  const der = signWith('ES256', pair.privateKey, 'der')
  const { key } = elsewhere({ sign: (input) => Promise.resolve(der(input)) })
  expect((await failureOf(signerOf(key)())).cause).toMatchObject({
    message: expect.stringContaining("for DER, set dsaEncoding: 'der'") as string,
  })
})

test('the deadline aborts the signal, and an answer after it makes no token and no noise', async () => {
  let signal: AbortSignal | undefined
  const answered: Uint8Array[] = []
  const { key, events } = elsewhere({
    deadlineMs: 20,
    sign: (input, context) => {
      signal = context.signal
      return new Promise((resolve) => {
        context.signal.addEventListener('abort', () => {
          answered.push(right(input))
          resolve(right(input))
        })
      })
    },
  })
  const error = await failureOf(signerOf(key)())
  expect(error.cause).toMatchObject({ message: 'sign gave no answer within 20 ms' })
  expect(signal?.aborted).toBe(true)
  expect(answered).toHaveLength(1)
  expect(events.map(({ problem }) => problem)).toEqual(['late'])
})

test('a signature in time leaves the signal alone', async () => {
  let signal: AbortSignal | undefined
  const { key } = elsewhere({
    deadlineMs: 20,
    sign: (input, context) => {
      signal = context.signal
      return Promise.resolve(right(input))
    },
  })
  await signerOf(key)()
  await sleep(60)
  expect(signal?.aborted).toBe(false)
})

test('a signature cannot be changed after it was verified', async () => {
  const given: Uint8Array[] = []
  const { key } = elsewhere({
    sign: (input) => {
      given.push(right(input))
      return Promise.resolve(given[0] ?? new Uint8Array())
    },
  })
  const data = Buffer.from('data')
  const signature = await signBytes(key, data)
  given[0]?.fill(0)
  expect(verifyBytes(key, data, signature)).toBe(true)
})

test('what a listener throws changes nothing', async () => {
  const { key } = elsewhere({
    sign: bytes(64),
    onEvent: () => {
      throw new Error('the listener')
    },
  })
  expect((await failureOf(signerOf(key)())).code).toBe('KEYS_UNAVAILABLE')
})
