import { type JwtClient } from '../../src/client/index.js'
import { type Ledger, type Site } from './site.js'

/** One call, in terms every transport has. */
export interface Request {
  readonly to?: 'home' | 'foreign'
  readonly body?: string
  /** Send the body as a stream, where the transport can. */
  readonly streamed?: boolean
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** An answer, its status in HTTP's terms. */
export interface Answer {
  readonly status: number
  readonly body: string
}

/** A transport with its client adapter, and the servers of one test. */
export interface Wire {
  readonly ledger: Ledger
  /** Origins, as `jwtClient` takes them. */
  readonly home: string
  readonly foreign: string
  readonly endpoint: string
  /** How long to wait for what must come true. Default: 60,000. */
  readonly patienceMs?: number
  call(client: JwtClient, request?: Request): Promise<Answer>
  close(): Promise<void>
}

/** A wire that speaks HTTP, and so meets redirects. */
export interface HttpWire extends Wire {
  get(client: JwtClient, path: string, init?: HttpInit): Promise<Answer>
}

export interface HttpInit {
  readonly method?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** One thing every adapter does. */
export interface Behaviour<W extends Wire = Wire> {
  readonly name: string
  /** Whether it mostly waits. Default: it does not. */
  readonly isSlow?: boolean
  run(wire: W): Promise<void>
}

/** How one HTTP client makes a call. */
export type HttpCall = (
  client: JwtClient,
  url: string,
  init: HttpInit & Pick<Request, 'signal' | 'streamed'>,
) => Promise<Answer>

/** A wire over the HTTP site. */
export function httpWire(site: Site, send: HttpCall): HttpWire {
  const { ledger, home, foreign, endpoint } = site
  return {
    ledger,
    home,
    foreign,
    endpoint,
    close: () => site.close(),
    call: (client, { to = 'home', body = '', ...init } = {}) =>
      send(client, `${to === 'home' ? home : foreign}/echo`, { ...init, method: 'POST', body }),
    get: (client, path, init = {}) => send(client, home + path, init),
  }
}
