// What the tests' page runs; bundled by Vite.
import {
  ClientError,
  fromSession,
  jwtClient,
  type ClientEvent,
  type JwtClient,
  type Session,
  type StoredSession,
} from 'jotgate/client'

interface Setup {
  readonly endpoint: string
  readonly origins: readonly string[]
  readonly tabs?: string
  readonly cookies?: boolean
  readonly header?: string
  /** Keeps the pair where the other tab finds it. */
  readonly shared?: boolean
  /** Where to log in again when a server asks for it. */
  readonly again?: string
}

const events: ClientEvent['kind'][] = []
let skipped = 0
let session: Session | undefined
let client: JwtClient | undefined

/** Functions the tests call by `page.evaluate`. */
const functions = {
  events,
  start({ origins, header, shared, again, ...setup }: Setup) {
    session = fromSession({
      ...setup,
      now: () => Date.now() / 1000 + skipped,
      onEvent: ({ kind }) => events.push(kind),
      ...(shared && { storage }),
    })
    client = jwtClient({
      source: session,
      origins,
      ...(header && { header }),
      ...(again && { onStepUp: () => functions.login(again) }),
    })
  },
  /** Moves the page's clock. */
  skip(seconds: number) {
    skipped += seconds
  },
  async login(url: string) {
    const response = await fetch(url, { method: 'POST' })
    await session?.signIn((await response.json()) as Record<string, unknown>)
  },
  async call(url: string | Request, init?: RequestInit): Promise<unknown> {
    try {
      const response = await client?.fetch(url, init)
      return { status: response?.status, body: await response?.text() }
    } catch (error) {
      return error instanceof ClientError ? error.code : (error as Error).name
    }
  },
  /** The same with a Request that has a body. */
  callRequest: (url: string, body: string) =>
    functions.call(new Request(url, { method: 'POST', body })),
  calls: (url: string, count: number) =>
    Promise.all(Array.from({ length: count }, () => functions.call(url))),
  isSignedIn: () => session?.isSignedIn(),
  signOut: () => session?.signOut(),
}

const { localStorage: kept } = globalThis as never as { localStorage: { pair?: string } } // the browser's
const storage = {
  load: () => JSON.parse(kept.pair ?? 'null') as StoredSession,
  save: (pair: unknown = null) => {
    kept.pair = JSON.stringify(pair)
  },
}

Object.assign(globalThis, functions)
