import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import {
  createGate,
  createRevocation,
  createServiceKeys,
  createSessions,
  createSigner,
  createVerifier,
  hmacKey,
} from 'jotgate'
import { generate, parseApi } from 'jotgate/api-spec'
import { memoryStores } from 'jotgate/stores/memory'
import { root } from '../setup/paths.mjs'

const issuer = 'https://auth.example'
const keys = hmacKey(randomBytes(32), 'HS256')
const policy = /** @type {const} */ ({ keys, algorithms: ['HS256'], issuer, audience: 'orders' })
const sign = createSigner({ key: keys, issuer, audience: 'orders', expiresIn: '15m' })

/**
 * Calls of the library, each prepared by a function that returns the call itself.
 *
 * @type {Readonly<Record<string, () => Promise<() => unknown>>>}
 */
export const library = {
  verify: async () => {
    const verify = createVerifier(policy)
    const token = await sign({ sub: 'alice' })
    return () => verify(token)
  },
  'verify-again': async () => {
    const verify = createVerifier(policy)
    await verify(await sign({ sub: 'alice' }))
    const token = await sign({ sub: 'bob' })
    return () => verify(token)
  },
  gate: async () => {
    const revocation = await startRevocation()
    const verify = createVerifier({ ...policy, cache: { entries: 100, bytes: 100_000 } })
    const gate = createGate({ verify, isRevoked: (token) => revocation.isRevoked(token) })
    const call = callWith(await sign({ sub: 'alice' }))
    await gate(call, () => undefined)
    return () => gate(call, () => undefined)
  },
  refresh: async () => {
    const sessions = createSessions({
      sign,
      store: memoryStores().sessions,
      serviceKey: createServiceKeys({ current: randomBytes(32) }),
      loadSubject: () => Promise.resolve({ claims: {} }),
    })
    const { refreshToken } = await sessions.issue({ subject: 'alice', client: 'web' })
    return () => sessions.refresh(refreshToken, { client: 'web' })
  },
  revoke: async () => {
    const revocation = await startRevocation()
    return () => revocation.revoke({ sid: 'a-session' })
  },
  'is-revoked': async () => {
    const revocation = await startRevocation()
    const token = await createVerifier(policy)(await sign({ sub: 'alice', sid: 'a-session' }))
    await revocation.revoke({ sid: 'a-session' })
    return () => revocation.isRevoked(token)
  },
  'parse-api': () => Promise.resolve(() => parseUserApi()),
  generate: () => {
    const { spec } = parseUserApi()
    return Promise.resolve(() => generate(spec))
  },
  options: () => Promise.resolve(() => createVerifier(everyOption)),
}

/**
 * Every option of a verifier of one issuer.
 *
 * @type {import('jotgate').VerifierOptions}
 */
const everyOption = {
  ...policy,
  typ: 'JWT',
  claims: (claims) => claims,
  clockTolerance: '60s',
  maxTokenAge: '1h',
  maxLength: 8192,
  expiry: 'required',
  requiredClaims: ['sub'],
  bigints: false,
  cache: { entries: 100, bytes: 100_000 },
  now: () => Date.now() / 1000,
}

async function startRevocation() {
  const revocation = createRevocation({
    store: memoryStores().revocations,
    issuer,
    accessTtl: '15m',
  })
  await revocation.start()
  return revocation
}

/**
 * @param {string} token
 * @returns {import('jotgate/extend').Call}
 */
function callWith(token) {
  return {
    kind: 'http',
    method: 'GET',
    path: '/orders',
    header: (name) => (name === 'authorization' ? [`Bearer ${token}`] : []),
    setHeader: () => undefined,
  }
}

function parseUserApi() {
  const file = 'apps/auth-service/user.api'
  const result = parseApi(readFileSync(`${root}/${file}`, 'utf8'), { file })
  if (!result.ok) throw new Error(`${file} has errors`)
  return result
}
