import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo } from 'node:net'
import { auth } from '../../../src/adapters/node/node.js'
import {
  AuthError,
  createSessions,
  createServiceKeys,
  createSigner,
  createVerifier,
  from,
  hmacKey,
  createGate,
  type Sessions,
} from '../../../src/index.js'
import { memoryStores } from '../../../src/stores/memory/index.js'

/** What the servers of the page have seen. */
export interface Watched {
  refreshes: number
  /** All that were given out, of every mode. */
  readonly refreshTokens: string[]
  /** Sessions that no API takes any more, by their access token's generation: everything issued before is refused. */
  refuseBefore: number
  /** The same for sessions whose user has to log in again. */
  stepUpBefore: number
  /** Values of `authorization` and `x-token` that came to the foreign origin. */
  readonly foreign: (string | undefined)[]
  readonly cookiesCleared: string[]
}

/** A page's own origin, an API at another, and a third one that neither trusts. */
export interface BrowserSite {
  readonly page: string
  readonly api: string
  readonly foreign: string
  readonly watched: Watched
  /** The server ends every session. */
  endAll(): Promise<unknown>
  close(): Promise<void>
}

const issuedBy = { issuer: 'https://auth.example', audience: 'api' }
const secure = 'Path=/; Secure; HttpOnly; SameSite=Strict'

/** Serves a page with one script, and what it calls: real sessions, real gates. */
export async function startBrowserSite(script: string): Promise<BrowserSite> {
  const watched: Watched = {
    refreshes: 0,
    refreshTokens: [],
    refuseBefore: 0,
    stepUpBefore: 0,
    foreign: [],
    cookiesCleared: [],
  }
  const place = { watched, sessions: sessionsOf(watched), script }
  const servers = [pageServer(place), apiServer(place), foreignServer(watched)]
  const [page = '', api = '', foreign = ''] = await Promise.all(servers.map(listen))
  return {
    page,
    api,
    foreign,
    watched,
    endAll: () => place.sessions.endAll('alice'),
    close: async () => {
      for (const server of servers) {
        server.closeAllConnections()
        server.close()
      }
      await Promise.all(servers.map((server) => once(server, 'close')))
    },
  }
}

interface Place {
  readonly watched: Watched
  readonly sessions: Sessions
  readonly script: string
}

const key = hmacKey(randomBytes(32), 'HS256')
const verify = createVerifier({ keys: key, algorithms: ['HS256'], ...issuedBy })

function sessionsOf(watched: Watched): Sessions {
  let generation = 0
  return createSessions({
    sign: createSigner({ key, ...issuedBy, expiresIn: '15m' }),
    store: memoryStores().sessions,
    serviceKey: createServiceKeys({ current: randomBytes(32) }),
    // A busy machine may take longer than the usual 10 s from one request of a test to the next.
    grace: '60s',
    loadSubject: () => Promise.resolve({ claims: { generation: ++generation } }),
    revoke: () => {
      watched.refuseBefore = Infinity
      return Promise.resolve()
    },
  })
}

function gateOf({ watched }: Place, extract = from.bearer()) {
  const isRevoked = ({ payload }: { payload: Record<string, unknown> }) =>
    Number(payload['generation']) < watched.refuseBefore
  const isRecent = ({ payload }: { payload: Record<string, unknown> }) =>
    Number(payload['generation']) >= watched.stepUpBefore
  const authorize = Object.assign(isRecent, { stepUp: () => ({ maxAge: 300 }) })
  return auth(createGate({ verify, extract, isRevoked, authorize }))
}

/** The page, and its own API in cookie mode. */
function pageServer(place: Place): Server {
  const guarded = gateOf(
    place,
    from.cookie('__Host-access'),
  )((request, response) => {
    response.end(`cookie ${request.url ?? ''}`)
  })
  return createServer((request, response) => {
    const { url = '' } = request
    if (url === '/') {
      response.setHeader('content-type', 'text/html')
      response.setHeader('content-security-policy', "default-src 'self'; connect-src *")
      response.end('<!doctype html><title>t</title><script type="module" src="/page.js"></script>')
    } else if (url === '/page.js') {
      response.setHeader('content-type', 'text/javascript')
      response.end(place.script)
    } else if (url === '/favicon.ico') response.writeHead(204).end()
    else if (url === '/login' || url === '/refresh') void cookieSession(place, request, response)
    else void guarded(request, response)
  })
}

async function cookieSession(
  { sessions, watched }: Place,
  request: IncomingMessage,
  response: ServerResponse,
) {
  if (request.headers['sec-fetch-site'] !== 'same-origin') {
    response.writeHead(403).end()
    return
  }
  const presented = /__Host-refresh=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? ''
  try {
    const pair = await issueOr(request.url, { sessions, watched, presented })
    response.setHeader('set-cookie', [
      `__Host-access=${pair.accessToken}; ${secure}`,
      `__Host-refresh=${pair.refreshToken}; ${secure}`,
    ])
    const { expiresIn, accessExpire, refreshAfter } = pair
    response.end(JSON.stringify({ expiresIn, accessExpire, refreshAfter }))
  } catch (error) {
    response.writeHead(error instanceof AuthError ? error.status : 500).end()
  }
}

interface Presented {
  readonly sessions: Sessions
  readonly watched: Watched
  readonly presented: string
}

async function issueOr(url: string | undefined, presented: Presented) {
  const pair = await (url === '/login' ? issue(presented) : refresh(presented))
  presented.watched.refreshTokens.push(pair.refreshToken)
  return pair
}

function issue({ sessions }: Presented) {
  return sessions.issue({ subject: 'alice', client: 'web', scope: '', audience: ['api'] })
}

async function refresh({ sessions, watched, presented }: Presented) {
  watched.refreshes++
  const pair = await sessions.refresh(presented, { client: 'web' })
  // A refresh takes a while, so that two can meet.
  await new Promise((resolve) => setTimeout(resolve, 100))
  return pair
}

/** Another origin's API, with CORS for the page. */
function apiServer(place: Place): Server {
  const guarded = gateOf(place)((request, response) => {
    const to = new URL(request.url ?? '/', 'http://api').searchParams.get('to')
    if (to !== null) response.writeHead(302, { location: to }).end()
    else echo(request, response)
  })
  return createServer((request, response) => {
    allowCors(request, response)
    if (request.method === 'OPTIONS') response.writeHead(204).end()
    else if (request.url === '/login' || request.url === '/refresh')
      void tokenSession(place, request, response)
    else if (request.url?.startsWith('/open') === true) {
      const to = new URL(request.url, 'http://api').searchParams.get('to')
      response.writeHead(302, { location: to ?? '/' }).end()
    } else void guarded(request, response)
  })
}

async function tokenSession(
  { sessions, watched }: Place,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const body = await bodyOf(request)
  const { refreshToken: presented = '' } = JSON.parse(body || '{}') as { refreshToken?: string }
  try {
    response.end(JSON.stringify(await issueOr(request.url, { sessions, watched, presented })))
  } catch (error) {
    response.writeHead(error instanceof AuthError ? error.status : 500).end()
  }
}

function foreignServer(watched: Watched): Server {
  return createServer((request, response) => {
    allowCors(request, response)
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end()
      return
    }
    const own = request.headers['x-token']
    watched.foreign.push(request.headers.authorization ?? (Array.isArray(own) ? own[0] : own))
    response.end('foreign')
  })
}

function allowCors(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('access-control-allow-origin', request.headers.origin ?? '*')
  response.setHeader('access-control-allow-headers', 'authorization, content-type, x-token')
  response.setHeader('access-control-allow-methods', 'GET, POST')
  response.setHeader('access-control-expose-headers', 'www-authenticate')
}

function echo(request: IncomingMessage, response: ServerResponse): void {
  void bodyOf(request).then((body) => response.end(body || 'api'))
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const part of request) text += String(part)
  return text
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a TCP server that listens
  return `http://127.0.0.1:${String(port)}`
}
