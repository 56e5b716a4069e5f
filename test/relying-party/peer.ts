import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo } from 'node:net'
import { generateKeyPairSync } from 'node:crypto'
import { Provider } from 'oidc-provider'
import { type Browser, type Page } from './browser.js'

/** A real provider: oidc-provider, with a login page that takes any name. */
export interface Peer {
  readonly issuer: string
  /** Where programs reach it: Node knows no names below `localhost`. */
  readonly address: string
  /** Requests to its token endpoint so far. */
  readonly tokenRequests: () => number
  close(): Promise<void>
}

/** A client as OpenID Connect Registration has it. */
export type Client = Readonly<Record<string, unknown>>

export const apiAudience = 'https://api.example'

/** Starts a provider for these clients; browsers know it by its `host`, a name of this machine. */
export async function startPeer(
  clients: readonly Client[],
  { host = '127.0.0.1' }: { readonly host?: string } = {},
): Promise<Peer> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = String((server.address() as AddressInfo).port)
  const issuer = `http://${host}:${port}`
  const provider = new Provider(issuer, configuration(clients))
  const answer = provider.callback()
  let tokenRequests = 0
  server.on('request', (request, response) => {
    if (request.url === '/token') tokenRequests++
    if (request.url?.startsWith('/interaction/') === true)
      void interact(provider, request, response)
    else answer(request, response)
  })
  const close = async () => {
    server.closeAllConnections()
    await new Promise((closed) => server.close(closed))
  }
  return { issuer, address: `http://127.0.0.1:${port}`, tokenRequests: () => tokenRequests, close }
}

/** Seconds. */
const accessTokenTTL = 900

function configuration(clients: readonly Client[]): object {
  const pairs = {
    RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    EdDSA: generateKeyPairSync('ed25519'),
  }
  const keys = Object.entries(pairs).map(([alg, { privateKey }]) => ({
    ...privateKey.export({ format: 'jwk' }),
    ...{ kid: alg, use: 'sig', alg },
  }))
  return {
    clients,
    jwks: { keys },
    cookies: { keys: ['a key of these tests'] },
    acrValues: ['gold'],
    ttl: {
      AccessToken: accessTokenTTL,
      AuthorizationCode: 60,
      IdToken: 600,
      Interaction: 600,
      RefreshToken: 6000,
      Session: 6000,
      Grant: 6000,
    },
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    extraTokenClaims,
    loadExistingGrant,
    // Its usual one has a dispatcher of Node 22, which pins public addresses.
    fetch: (url: URL, { method, headers, body }: RequestInit) =>
      fetch(url, { method: method ?? 'GET', headers: headers ?? {}, body: body ?? null }),
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx: { body: string }, form: string) => {
          ctx.body = `${form}<p>Log out?</p>`
        },
      },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'read',
          audience: apiAudience,
          accessTokenFormat: 'jwt',
          accessTokenTTL,
        }),
      },
    },
  }
}

interface GrantContext {
  readonly oidc: {
    readonly provider: { readonly Grant: new (of: object) => PeerGrant }
    readonly client: { readonly clientId: string }
    readonly session: { readonly accountId: string }
  }
}

interface PeerGrant {
  addOIDCScope(scope: string): void
  addResourceScope(resource: string, scope: string): void
  save(): Promise<unknown>
}

/** Clients of the company's own: no question of consent. */
async function loadExistingGrant({ oidc }: GrantContext): Promise<PeerGrant> {
  const { client, session } = oidc
  const grant = new oidc.provider.Grant({
    clientId: client.clientId,
    accountId: session.accountId,
  })
  grant.addOIDCScope('openid offline_access')
  grant.addResourceScope(apiAudience, 'read')
  await grant.save()
  return grant
}

interface TokenContext {
  readonly oidc: {
    readonly entities: Readonly<
      Record<'AuthorizationCode' | 'RefreshToken', { authTime?: number; sid?: string } | undefined>
    >
  }
}

/** As RFC 9470 section 6.1 has access tokens, and with the session's name. */
function extraTokenClaims({ oidc: { entities } }: TokenContext) {
  const { authTime, sid } = entities.AuthorizationCode ?? entities.RefreshToken ?? {}
  return { auth_time: authTime, sid }
}

/** `ago` dates the login back, in seconds. */
function loginOf(form: URLSearchParams) {
  const ts = Math.floor(Date.now() / 1000) - Number(form.get('ago') ?? 0)
  return { accountId: form.get('name'), acr: form.get('acr') ?? undefined, ts }
}

async function interact(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { params } = await provider.interactionDetails(request, response)
  if (request.method === 'GET') {
    response.setHeader('content-type', 'text/html').end(loginPage(params['client_id'] ?? ''))
    return
  }
  let text = ''
  for await (const part of request) text += String(part)
  const form = new URLSearchParams(text)
  const result =
    form.get('name') === 'cancel' ? { error: 'access_denied' } : { login: loginOf(form) }
  await provider.interactionFinished(request, response, result)
}

function loginPage(client: string): string {
  return `<p>login page for ${client}</p><form method="post"><input name="name"><button>Log in</button></form>`
}

/** Fills in the login page that a browser has come to; `more` are further fields. */
export function logInAt(
  browser: Browser,
  page: Page,
  more: Readonly<Record<string, string>> = {},
): Promise<Page> {
  return browser.open(page.url, { form: { name: 'ada', ...more } })
}
