import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo } from 'node:net'

/** A call that reached a server. */
export interface Seen {
  readonly at: 'home' | 'foreign'
  readonly method: string
  readonly path: string
  readonly body: string
  header(name: string): string | undefined
}

/** What a server of the tests says to a call, whatever its transport is. */
export type Verdict = 200 | 401 | 403 | 500

/** How the refresh endpoint answers. `lost` rotates and cuts the connection; `half` cuts it within the answer. */
export type RefreshMode =
  'ok' | 'lost' | 'half' | 'refused' | 'invalid_grant' | 'unavailable' | 'wrong'

/** Shared by the servers of one test: what is accepted, and what came. */
export class Ledger {
  readonly seen: Seen[] = []
  /** The value of the field that is accepted; undefined accepts everything. */
  accepted: string | undefined
  field = 'authorization'
  /** What a refusal says in `WWW-Authenticate`. */
  challenge = 'Bearer'
  /** Answers to refreshes, in order; the last one stays. */
  refreshModes: RefreshMode[] = ['ok']
  /** Refresh tokens presented, in order. */
  readonly presented: string[] = []
  /** Client ids of those that came as a form. */
  readonly clients: (string | null)[] = []
  /** What the next answers wait for. */
  holdCalls: Promise<unknown> | undefined
  holdRefresh: Promise<unknown> | undefined
  /** Life of the access tokens. */
  life = 900
  /** A path that redirects to itself. */
  endless: string | undefined
  /** Given out so far. */
  generation = 0

  /** Judges a call by the token it brings. */
  async judge(seen: Seen): Promise<Verdict> {
    this.seen.push(seen)
    const hold = this.holdCalls
    const verdict = this.verdictOf(seen)
    await hold
    return verdict
  }

  private verdictOf(seen: Seen): Verdict {
    if (
      seen.at === 'home' &&
      this.accepted !== undefined &&
      seen.header(this.field) !== this.accepted
    )
      return 401
    if (seen.body.includes('forbidden')) return 403
    return seen.body.includes('broken') ? 500 : 200
  }

  /** The next pair, as the service answers it. */
  issue(): Record<string, unknown> {
    this.generation++
    const name = `canary-${String(this.generation)}`
    if (this.accepted !== undefined) this.accepted = `Bearer ${name}`
    const accessExpire = Math.floor(Date.now() / 1000) + this.life
    return {
      accessToken: name,
      refreshToken: `refresh-${name}`,
      tokenType: 'Bearer',
      expiresIn: this.life,
      accessExpire,
      refreshAfter: accessExpire - this.life / 2,
    }
  }

  at(place: Seen['at']): Seen[] {
    return this.seen.filter(({ at }) => at === place)
  }

  values(name = 'authorization', place: Seen['at'] = 'home'): (string | undefined)[] {
    return this.at(place).map((seen) => seen.header(name))
  }
}

/** Two origins and a refresh endpoint over HTTP. */
export interface Site {
  readonly ledger: Ledger
  readonly home: string
  readonly foreign: string
  readonly endpoint: string
  close(): Promise<void>
}

/** Starts the servers of one test. */
export async function startSite(): Promise<Site> {
  const ledger = new Ledger()
  const servers = [
    createServer((request, response) => void answer({ ledger, at: 'home' }, request, response)),
    createServer((request, response) => void answer({ ledger, at: 'foreign' }, request, response)),
  ]
  const [home = '', foreign = ''] = await Promise.all(servers.map(listen))
  return {
    ledger,
    home,
    foreign,
    endpoint: `${home}/refresh`,
    close: async () => {
      await Promise.all(servers.map(stop))
    },
  }
}

/** Listens on a free port of loopback. */
export async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a TCP server that listens
  return `http://127.0.0.1:${String(port)}`
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}

interface Place {
  readonly ledger: Ledger
  readonly at: Seen['at']
}

async function answer({ ledger, at }: Place, request: IncomingMessage, response: ServerResponse) {
  const body = await bodyOf(request)
  const url = new URL(request.url ?? '/', 'http://site')
  if (url.pathname === '/refresh') {
    await refresh(ledger, body, response)
    return
  }
  const header = (name: string) => {
    const value = request.headers[name]
    return Array.isArray(value) ? value.join() : value
  }
  const seen = { at, method: request.method ?? '', path: request.url ?? '', body, header }
  const verdict = await ledger.judge(seen)
  const location = url.pathname === ledger.endless ? ledger.endless : url.searchParams.get('to')
  if (location !== null && verdict === 200) {
    const status = Number(url.searchParams.get('status') ?? '302')
    response.writeHead(status, { location }).end('moved')
    return
  }
  response
    .writeHead(verdict, verdict === 401 ? { 'www-authenticate': ledger.challenge } : {})
    .end(body || 'yes')
}

async function refresh(ledger: Ledger, body: string, response: ServerResponse): Promise<void> {
  const form = new URLSearchParams(body)
  const isForm = form.get('grant_type') === 'refresh_token'
  const json = isForm ? {} : (JSON.parse(body || '{}') as { refreshToken?: string })
  ledger.presented.push((isForm ? form.get('refresh_token') : json.refreshToken) ?? '')
  ledger.clients.push(form.get('client_id'))
  await ledger.holdRefresh
  const mode = ledger.refreshModes.length > 1 ? ledger.refreshModes.shift() : ledger.refreshModes[0]
  const text =
    mode === 'ok' || mode === 'lost' || mode === 'half' ? JSON.stringify(ledger.issue()) : ''
  if (mode === 'ok') response.writeHead(200, { 'content-type': 'application/json' }).end(text)
  else if (mode === 'lost') response.destroy()
  else if (mode === 'half') {
    response.writeHead(200, { 'content-length': text.length })
    response.write(text.slice(0, text.length / 2), () => response.destroy())
  } else if (mode === 'refused') response.writeHead(401).end('{"reason":"invalid_grant"}')
  else if (mode === 'invalid_grant') response.writeHead(400).end('{"error":"invalid_grant"}')
  else if (mode === 'unavailable') response.writeHead(503, { 'retry-after': '0' }).end()
  else response.writeHead(404).end()
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  // An aborted upload ends the loop with an error, and the call with it.
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString()
}
