import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo } from 'node:net'
import { pathToFileURL } from 'node:url'
import { type Express } from 'express'
import {
  createSessions,
  createRevocation,
  createServiceKeys,
  createSigner,
  createVerifier,
  hmacKey,
  type Sessions,
  type Revocation,
} from 'jotgate'
import { memoryStores } from 'jotgate/stores/memory'
import { bundle } from '../../client/browser/bundle.js'
import { compileSnippets, snippetFolder } from '../../setup/snippets.js'

/** What has come to the shop. */
export interface Seen {
  refreshes: number
  /** Users in whose name something was changed. */
  readonly changes: string[]
  /** Users whose picture somebody got. */
  readonly pictures: string[]
  /** As `METHOD path status`. */
  readonly answers: string[]
}

/** The server and the page of docs/cookies.md, with routes to attack. */
export interface Shop {
  readonly origin: string
  readonly port: number
  readonly seen: Seen
  readonly sessions: Sessions
  /** Replies to refreshes that are cut off, from now on. */
  loseReplies: number
  /** Holds the answer to each refresh back, after the work is done. */
  holdRefresh: ((name: string) => Promise<unknown>) | undefined
  close(): Promise<void>
}

/** The documented program, compiled. */
export interface Program {
  readonly folder: string
  readonly script: string
  readonly shop: (parts: object) => Express
}

/** Compiles the server of the document, and bundles its page. */
export async function buildProgram(compile = compileSnippets): Promise<Program> {
  const folder = snippetFolder(`cookies-${String(process.pid)}`)
  const document = readFileSync(new URL('../../../docs/cookies.md', import.meta.url), 'utf8')
  const snippets = [...document.matchAll(/```ts\n([^]*?)```/g)].map(([, code = '']) => code)
  const [server, page] = snippets
  if (server === undefined || page === undefined || snippets.length !== 2)
    throw new Error('the page has other snippets than a server and a page')
  const problems = compile(folder, { 'server.ts': server, 'page.ts': page })
  if (problems.length > 0) throw new Error(problems.join('\n'))
  const { code } = await bundle(`${folder}page.ts`)
  const { shop } = (await import(pathToFileURL(`${folder}server.js`).href)) as Program // compiled just now
  return { folder, script: code, shop }
}

const names = { issuer: 'https://auth.example', audience: 'shop' }
/** Holds the host of all servers here: cookies know no ports, and neighbours are subdomains of `shop.localhost`. */
const host = 'app.shop.localhost'

/** Starts it, with sessions and revocation as in a service. */
export async function startShop(program: Program): Promise<Shop> {
  const state: State = {
    seen: { refreshes: 0, changes: [], pictures: [], answers: [] },
    loseReplies: 0,
    holdRefresh: undefined,
  }
  const { sessions, revocation, verify } = await startSessions(state)
  const server = createServer()
  const port = await listen(server)
  const origin = `http://${host}:${String(port)}`
  const policy = { verify, isRevoked: revocation.isRevoked.bind(revocation) }
  const checkPassword = (body: unknown) =>
    Promise.resolve((body as { name?: string } | undefined)?.name) // any password is right
  const app = program.shop({ origin, sessions, policy, checkPassword })
  addRoutes(app, state.seen)
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    record(state, request, response)
    if (!servePage(request, response, program.script)) app(request, response)
  })
  const close = async () => {
    revocation.close()
    await stop(server)
  }
  return Object.assign(state, { origin, port, sessions, close })
}

type State = Pick<Shop, 'seen' | 'loseReplies' | 'holdRefresh'>

async function startSessions(state: State) {
  const key = hmacKey(randomBytes(32), 'HS256')
  const stores = memoryStores()
  const revocation: Revocation = createRevocation({
    store: stores.revocations,
    issuer: names.issuer,
    accessTtl: '15m',
  })
  await revocation.start()
  const sessions = createSessions({
    sign: createSigner({ key, ...names, expiresIn: '15m' }),
    store: stores.sessions,
    serviceKey: createServiceKeys({ current: randomBytes(32) }),
    loadSubject: () => Promise.resolve({ claims: {} }),
    revoke: (entry) => revocation.revoke(entry),
  })
  const watched: Sessions = {
    ...sessions,
    refresh: async (token, request) => {
      state.seen.refreshes++
      const outcome = await sessions.refresh(token, request).then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      )
      await state.holdRefresh?.('error' in outcome ? 'refused' : 'renewed')
      if ('error' in outcome) throw outcome.error
      return outcome.value
    },
  }
  const verify = createVerifier({ keys: key, algorithms: ['HS256'], ...names })
  return { sessions: watched, revocation, verify }
}

/** Behind the gate, as everything that comes after it. */
function addRoutes(app: Express, seen: Seen): void {
  app.all('/change', (request, response) => {
    seen.changes.push(String(request.auth?.claims['sub']))
    response.send('changed')
  })
  app.get('/picture', (request, response) => {
    seen.pictures.push(String(request.auth?.claims['sub']))
    response.type('svg').send('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')
  })
}

function record(state: State, request: IncomingMessage, response: ServerResponse): void {
  const line = `${request.method ?? ''} ${request.url ?? ''}`
  response.once('finish', () => state.seen.answers.push(`${line} ${String(response.statusCode)}`))
  if (request.url !== '/refresh' || state.loseReplies === 0) return
  state.loseReplies--
  response.end = () => {
    request.socket.destroy()
    return response
  }
}

/** What needs no session: two pages and their script. */
function servePage(request: IncomingMessage, response: ServerResponse, script: string): boolean {
  const { method, url } = request
  if (method !== 'GET') return false
  if (url === '/page.js') response.setHeader('content-type', 'text/javascript').end(script)
  else if (url === '/favicon.ico') response.writeHead(204).end()
  else if (url === '/' || url === '/no-referrer') {
    if (url !== '/') response.setHeader('referrer-policy', 'no-referrer')
    response.setHeader('content-type', 'text/html').end(html)
  } else return false
  return true
}

const html = `<!doctype html><title>shop</title><form method="post" action="/change"><button>change</button></form>
<script type="module">import * as page from '/page.js'; Object.assign(globalThis, page)</script>`

/** Listens on this machine, at a free port. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a TCP server that listens
  return port
}

/** Stops it, whoever is still connected. */
export async function stop(server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}
