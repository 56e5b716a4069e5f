import { createHmac, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { type AddressInfo } from 'node:net'

/** Members of a JSON object. */
export type Members = Readonly<Record<string, unknown>>

/** What the provider says that is not so; each replaces what an honest one would say. */
export interface Lies {
  readonly metadata?: Members
  /** Of the ID token; undefined removes a claim. */
  readonly claims?: Members
  readonly header?: Members
  /** Makes the compact token itself. */
  readonly forge?: (claims: Members, liar: Liar) => string
  /** Of the answer of the token endpoint; undefined removes a member. */
  readonly answer?: Members
  /** Of the answer of the userinfo endpoint. */
  readonly info?: Members
  /** Instead of a JSON answer of the token and userinfo endpoints. */
  readonly reply?: (response: ServerResponse) => void
}

/** A provider that says whatever a test tells it to. */
export interface Liar {
  readonly issuer: string
  readonly publicKey: KeyObject
  lies: Lies
  /** The forms that its token endpoint got, with the `Authorization` field. */
  readonly asked: { readonly form: URLSearchParams; readonly authorization: string | undefined }[]
  /** The claims of the next honest ID token; `nonce` comes from the login. */
  nonce: string | undefined
  now: () => number
  /** Signs with its key, honestly but for what is given. */
  signed(claims: Members, header?: Members): string
  close(): Promise<void>
}

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
/** A key that is in no set. */
export const strangeKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey

/** Signs a compact token by any algorithm, as an attacker would. */
export function compact(header: Members, claims: Members, key: KeyObject | string): string {
  const input = [header, claims].map(encode).join('.')
  return `${input}.${signature(String(header['alg']), input, key)}`
}

function signature(alg: string, input: string, key: KeyObject | string): string {
  if (alg === 'none') return ''
  if (alg === 'HS256') return createHmac('sha256', key).update(input).digest('base64url')
  return sign('sha256', Buffer.from(input), key).toString('base64url')
}

function encode(part: Members): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

/** The provider's public key as it publishes it, as text: what an attacker takes for a secret. */
export const publishedPem = createPublicKey(privateKey)
  .export({ type: 'spki', format: 'pem' })
  .toString()

/** Starts it; `path` follows its origin in the issuer, such as a slash. */
export async function startLiar(path = ''): Promise<Liar> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  const liar: Liar = {
    issuer: `${origin}${path}`,
    publicKey,
    lies: {},
    asked: [],
    nonce: undefined,
    now: () => Date.now() / 1000,
    signed: (claims, header = {}) =>
      compact({ alg: 'RS256', kid: 'one', ...header }, claims, privateKey),
    close: async () => {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
  server.on('request', (request, response) => void answer(liar, request, response))
  return liar
}

async function answer(liar: Liar, request: IncomingMessage, response: ServerResponse) {
  const { url = '' } = request
  if (url.endsWith('/.well-known/openid-configuration')) json(response, metadataOf(liar))
  else if (url === '/jwks')
    json(response, { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig' }] })
  else if (url === '/revoke')
    await remember(liar, request).then(() => response.writeHead(200).end())
  else if (url === '/userinfo') inform(liar, request, response)
  else if (url === '/token') await exchange(liar, request, response)
  else response.writeHead(404).end()
}

function metadataOf({ issuer, lies }: Liar): Members {
  const { origin } = new URL(issuer)
  return {
    issuer,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    jwks_uri: `${origin}/jwks`,
    end_session_endpoint: `${origin}/logout`,
    userinfo_endpoint: `${origin}/userinfo`,
    revocation_endpoint: `${origin}/revoke`,
    authorization_response_iss_parameter_supported: true,
    ...lies.metadata,
  }
}

async function remember(liar: Liar, request: IncomingMessage): Promise<void> {
  let text = ''
  for await (const part of request) text += String(part)
  const { authorization } = request.headers
  liar.asked.push({ form: new URLSearchParams(text), authorization })
}

function inform({ lies, asked }: Liar, { headers }: IncomingMessage, response: ServerResponse) {
  asked.push({ form: new URLSearchParams(), authorization: headers.authorization })
  if (lies.reply === undefined)
    json(response, { sub: 'ada', email: 'ada@example.com', ...lies.info })
  else lies.reply(response)
}

async function exchange(liar: Liar, request: IncomingMessage, response: ServerResponse) {
  await remember(liar, request)
  const { lies } = liar
  if (lies.reply !== undefined) {
    lies.reply(response)
    return
  }
  const claims = { ...honest(liar), ...lies.claims }
  const idToken = lies.forge?.(claims, liar) ?? liar.signed(claims, lies.header)
  json(response, {
    access_token: 'an-access-token',
    token_type: 'Bearer',
    expires_in: 900,
    refresh_token: 'a-refresh-token',
    id_token: idToken,
    ...lies.answer,
  })
}

function honest({ issuer, nonce, now }: Liar): Members {
  const iat = Math.floor(now())
  return { iss: issuer, sub: 'ada', aud: 'shop', iat, exp: iat + 600, sid: 'session-1', nonce }
}

function json(response: ServerResponse, body: Members): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
