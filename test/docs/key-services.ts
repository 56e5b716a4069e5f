import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { findOrInstall } from '../setup/programs.js'

/** How a service behaves: `wrong` signs with another key than it shows. */
export type Mood = 'right' | 'wrong' | 'refuses' | 'hangs'

interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Readonly<Record<string, unknown>>
}

/** What a service says to a request, with the key that it is to sign with; undefined refuses it with 400. */
export type Service = (asked: Asked, key: SigningKey) => object | undefined

/** A P-256 key as services have it. */
export interface SigningKey {
  readonly publicKey: KeyObject
  /** An ECDSA signature of data as a JWS has it, and of a SHA-256 digest in DER. */
  readonly signData: (data: Uint8Array) => Buffer
  readonly signDigest: (digest: Uint8Array) => Buffer
}

/** node:crypto signs no digest that is there already; OpenSSL's command does. */
export async function makeSigningKey(file: string): Promise<SigningKey> {
  const wanted = { programs: ['openssl'], debianPackage: 'openssl', variable: 'PATH' }
  const openssl = await findOrInstall(wanted)
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  return {
    publicKey,
    signData: (data) => sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
    signDigest: (input) => execFileSync(openssl, ['pkeyutl', '-sign', '-inkey', file], { input }),
  }
}

/** Serves a service over HTTP, in the mood that its `mood` has at the moment. */
export async function serve(
  service: Service,
  keys: Readonly<Record<'shown' | 'other', SigningKey>>,
) {
  const state = { mood: 'right' as Mood, asked: [] as Asked[], hung: 0, gone: 0 }
  const server = createServer((request, response) => {
    void (async () => {
      const asked = await read(request)
      state.asked.push(asked)
      const reply = service(asked, state.mood === 'wrong' ? keys.other : keys.shown)
      if (state.mood === 'hangs') {
        state.hung++
        if (response.closed) state.gone++
        else response.once('close', () => state.gone++)
        return
      }
      const status = state.mood === 'refuses' ? 403 : reply === undefined ? 400 : 200
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(status === 200 ? reply : {}))
    })().catch(() => response.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a TCP server has one
  const stop = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { state, url: `http://127.0.0.1:${String(port)}`, stop }
}

async function read(request: IncomingMessage): Promise<Asked> {
  const { method = '', url: path = '', headers } = request
  const body = await text(request)
  return { method, path, headers, body: body === '' ? {} : (JSON.parse(body) as Asked['body']) }
}

const pem = (key: SigningKey) => key.publicKey.export({ type: 'spki', format: 'pem' })

/** Vault's transit engine, with version 3 of the key "tokens". */
export const vault: Service = ({ method, path, headers, body }, key) => {
  if (headers['x-vault-token'] !== 'vault-token') return undefined
  if (method === 'GET' && path === '/v1/transit/keys/tokens')
    return {
      data: { type: 'ecdsa-p256', latest_version: 4, keys: { 3: { public_key: pem(key) } } },
    }
  const { input, ...rest } = body
  const expected = '{"key_version":3,"hash_algorithm":"sha2-256","marshaling_algorithm":"jws"}'
  const isSign = method === 'POST' && path === '/v1/transit/sign/tokens'
  if (!isSign || typeof input !== 'string' || JSON.stringify(rest) !== expected) return undefined
  const signature = key.signData(Buffer.from(input, 'base64')).toString('base64url')
  return { data: { signature: `vault:v3:${signature}`, key_version: 3 } }
}

/** AWS KMS over JSON 1.1, with the key "key-1". */
export const aws: Service = ({ method, path, headers, body }, key) => {
  const isSigned = headers.authorization?.startsWith('AWS4-HMAC-SHA256 Credential=AKID/') === true
  const isJson = headers['content-type'] === 'application/x-amz-json-1.1'
  if (method !== 'POST' || path !== '/' || !isSigned || !isJson || body['KeyId'] !== 'key-1')
    return undefined
  const known = { KeyId: 'arn:aws:kms:eu-central-1:1:key/key-1' }
  if (headers['x-amz-target'] === 'TrentService.GetPublicKey') {
    const der = key.publicKey.export({ type: 'spki', format: 'der' })
    return { ...known, PublicKey: der.toString('base64'), KeySpec: 'ECC_NIST_P256' }
  }
  const { MessageType, SigningAlgorithm } = body
  const digest = Buffer.from(String(body['Message']), 'base64')
  const isSign = headers['x-amz-target'] === 'TrentService.Sign' && digest.length === 32
  if (!isSign || MessageType !== 'DIGEST' || SigningAlgorithm !== 'ECDSA_SHA_256') return undefined
  return { ...known, SigningAlgorithm, Signature: key.signDigest(digest).toString('base64') }
}

const version = 'projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1'

/** Google Cloud KMS over REST, with the first version of one key. */
export const google: Service = ({ method, path, headers, body }, key) => {
  if (headers.authorization !== 'Bearer google-token') return undefined
  if (method === 'GET' && path === `/v1/${version}/publicKey`)
    return { pem: pem(key), algorithm: 'EC_SIGN_P256_SHA256', name: version }
  const { sha256 } = (body['digest'] ?? {}) as { sha256?: unknown }
  if (method !== 'POST' || path !== `/v1/${version}:asymmetricSign` || typeof sha256 !== 'string')
    return undefined
  const digest = Buffer.from(sha256, 'base64')
  if (digest.length !== 32 || body['digestCrc32c'] !== String(castagnoli(digest))) return undefined
  const signature = key.signDigest(digest)
  return {
    name: version,
    signature: signature.toString('base64'),
    signatureCrc32c: String(castagnoli(signature)),
    verifiedDigestCrc32c: true,
    protectionLevel: 'HSM',
  }
}

/** CRC-32C by its table (RFC 3720 appendix B.4), written apart from the page's. */
export function castagnoli(bytes: Uint8Array): number {
  const table = Array.from({ length: 256 }, (_, n) => {
    let c = n
    for (let k = 0; k < 8; k++) c = c % 2 === 1 ? (0x82f63b78 ^ (c >>> 1)) >>> 0 : c >>> 1
    return c
  })
  const crc = bytes.reduce(
    (c, byte) => ((table[(c ^ byte) & 255] ?? 0) ^ (c >>> 8)) >>> 0,
    0xffffffff,
  )
  return (crc ^ 0xffffffff) >>> 0
}

/** The name of the key version that {@link google} has. */
export const googleVersion = version
