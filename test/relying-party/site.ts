import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo } from 'node:net'
import { auth, relyingPartyRoutes } from '../../src/adapters/node/node.js'
import { createGate, requireRecentLogin, type Gate } from '../../src/gate/index.js'
import { createVerifier, type Claims } from '../../src/token/index.js'
import { remoteJwks } from '../../src/key-sources/index.js'
import {
  createRelyingParty,
  type RelyingParty,
  type RelyingPartyEvent,
  type RelyingPartyOptions,
} from '../../src/relying-party/index.js'
import { apiAudience } from './peer.js'

export const clientSecret = 'a secret of these tests, long enough to be one'

/** A site with a page for everybody, one for users, and one that needs a login of the last minute. */
export interface Site {
  readonly origin: string
  readonly relyingParty: RelyingParty
  readonly events: RelyingPartyEvent[]
  close(): Promise<void>
}

/** A port that nothing else uses, and the server on it. */
export async function reserve(host = '127.0.0.1'): Promise<{
  origin: string
  server: ReturnType<typeof createServer>
}> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { origin: `http://${host}:${String((server.address() as AddressInfo).port)}`, server }
}

/** Serves a site on a reserved port. */
export function serveSite(
  { origin, server }: Awaited<ReturnType<typeof reserve>>,
  options: Omit<RelyingPartyOptions, 'clientId' | 'redirectUri'> & { readonly clientId?: string },
): Site {
  const events: RelyingPartyEvent[] = []
  const relyingParty = createRelyingParty({
    ...{ clientId: 'shop', redirectUri: `${origin}/auth/callback` },
    postLogoutRedirectUri: `${origin}/goodbye`,
    onEvent: (event) => events.push(event),
    ...options,
  })
  server.on(
    'request',
    options.store === undefined ? guardedSite(relyingParty, options) : storeSite(relyingParty),
  )
  const close = async () => {
    server.closeAllConnections()
    await new Promise((closed) => server.close(closed))
  }
  return { origin, relyingParty, events, close }
}

function storeSite(relyingParty: RelyingParty) {
  return relyingPartyRoutes(relyingParty)(async (request, response) => {
    const session = await relyingParty.session(request)
    const told = session === undefined ? 'nobody' : `hello ${session.subject}`
    response.end(request.url === '/me' ? told : 'open')
  })
}

function guardedSite(
  relyingParty: RelyingParty,
  { issuer, serverAddress = issuer }: Pick<RelyingPartyOptions, 'issuer' | 'serverAddress'>,
) {
  const verify = createVerifier({
    keys: remoteJwks(`${serverAddress}/jwks`, { algorithms: ['RS256'], reach: 'loopback' }),
    ...({ algorithms: ['RS256'], issuer, audience: apiAudience } as const),
  })
  const gate: Gate<Claims> = createGate({ verify, extract: relyingParty.extract })
  const pages = relyingParty.pages(gate)
  const strict = relyingParty.pages(
    createGate({ verify, extract: relyingParty.extract, authorize: requireRecentLogin('1m') }),
  )
  const guarded = auth(pages)((request, response) => {
    response.end(`hello ${String(gate.current().claims.sub)} at ${String(request.url)}`)
  })
  const guardedStrictly = auth(strict)((_, response) => response.end('recent'))
  return relyingPartyRoutes(relyingParty)((request: IncomingMessage, response) => {
    if (request.url?.startsWith('/account') === true) return guarded(request, response)
    if (request.url === '/payment') return guardedStrictly(request, response)
    response.end('open')
    return undefined
  })
}
