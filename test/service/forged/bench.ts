import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Key } from '../../../src/key/index.js'
import { decodeToken } from '../../../src/token/index.js'
import { createKeyRing } from '../../../src/key-sources/index.js'
import { openSqlite, sqliteStores } from '../../../src/stores/sql/sqlite.js'
import { jwkOf } from '../../key/pairs.js'

/** Members of a JSON object. */
export type Members = Record<string, unknown>

/** What an attacker has: a good token of its own and the published key; and the service's key, for what it must not do. */
export interface Bench {
  readonly token: string
  readonly header: Members
  readonly claims: Members
  /** The published RSA key, in every form that a library might hand to HMAC. */
  readonly publicForms: Readonly<Record<'pem' | 'pemWithoutEnd' | 'pkcs1' | 'der' | 'jwk', Buffer>>
  readonly attacker: ReturnType<typeof makeAttacker>
  readonly canary: string
  readonly key: Key
}

/** What {@link openBench} starts from. */
export interface BenchParts {
  readonly origin: string
  /** Data folder of the service. */
  readonly dataDir: string
  /** A good token of the attacker's own. */
  readonly token: string
  /** Address of a server that nobody has a reason to ask. */
  readonly canary: string
}

/** Gathers it. */
export async function openBench({ origin, dataDir, token, canary }: BenchParts): Promise<Bench> {
  const { unverifiedHeader, unverifiedClaims } = decodeToken(token)
  const answer = await fetch(`${origin}/.well-known/jwks.json`)
  const { keys } = (await answer.json()) as { keys: Members[] }
  const published = keys.find(({ kid }) => kid === unverifiedHeader.kid) ?? {}
  return {
    ...{ token, canary },
    header: { ...unverifiedHeader },
    claims: { ...unverifiedClaims },
    publicForms: formsOf(published),
    attacker: makeAttacker(),
    key: await ringKey(dataDir),
  }
}

function formsOf(jwk: Members): Bench['publicForms'] {
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  const pem = String(key.export({ type: 'spki', format: 'pem' }))
  return {
    pem: Buffer.from(pem),
    pemWithoutEnd: Buffer.from(pem.trimEnd()),
    pkcs1: Buffer.from(key.export({ type: 'pkcs1', format: 'pem' })),
    der: key.export({ type: 'spki', format: 'der' }),
    jwk: Buffer.from(JSON.stringify(jwk)),
  }
}

function makeAttacker() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk: Members = { ...jwkOf(publicKey), kid: 'attacker', alg: 'RS256' }
  return { jwk, sign: (input: string) => sign('sha256', Buffer.from(input), privateKey) }
}

/** The key the service signs with, out of its own data folder. */
/** The service's own key, out of its data folder. */
export async function ringKey(dataDir: string): Promise<Key> {
  const db = await openSqlite(join(dataDir, 'jotgate.db'))
  const secret = readFileSync(join(dataDir, 'keys', 'ring.key'), 'utf8')
  const ring = createKeyRing({
    store: sqliteStores(db).keys,
    algorithm: 'RS256',
    encryptionKey: Buffer.from(secret, 'base64url'),
    tokenLife: '15m',
  })
  await ring.refresh()
  db.close()
  return ring.signingKey()
}
