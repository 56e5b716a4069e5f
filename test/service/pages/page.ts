// What the pages of the test run; bundled by Vite.
import { ClientError, fromSession, jwtClient, type JwtClient, type Session } from 'jotgate/client'

/** Where a page finds the service, and as which client it logs in. */
interface Setup {
  readonly service: string
  /** Default: the first-party one. */
  readonly clientId?: string
}

let setup: Setup = { service: '' }
let session: Session | undefined
let client: JwtClient | undefined
let skipped = 0

const nameOf = (error: unknown) =>
  error instanceof ClientError
    ? error.code
    : `${(error as Error).name}: ${(error as Error).message}`

/** Functions the tests call by `page.evaluate`. */
const functions = {
  start(given: Setup) {
    setup = given
    const { service, clientId } = given
    session = fromSession({
      endpoint: service + (clientId === undefined ? '/user/refresh' : '/oauth/token'),
      now: () => Date.now() / 1000 + skipped,
      ...(clientId !== undefined && { clientId }),
    })
    client = jwtClient({ source: session, origins: [service] })
  },
  /** Moves the page's clock. */
  advance(seconds: number) {
    skipped += seconds
  },
  async login(username: string, password: string) {
    const { service, clientId } = setup
    try {
      const answer = await fetch(`${service}/user/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username, password, ...(clientId !== undefined && { clientId }) }),
      })
      if (answer.ok) await session?.signIn((await answer.json()) as Record<string, unknown>)
      const read = (name: string) => answer.headers.get(name)
      return {
        status: answer.status,
        challenge: read('www-authenticate'),
        wait: read('retry-after'),
      }
    } catch (error) {
      return nameOf(error)
    }
  },
  async call(path: string, method = 'GET') {
    try {
      const answer = await client?.fetch(setup.service + path, { method })
      return { status: answer?.status, body: await answer?.text() }
    } catch (error) {
      return nameOf(error)
    }
  },
  async logout() {
    const answer = await functions.call('/user/logout', 'POST')
    await session?.signOut()
    return answer
  },
  /** Any request, with the cookies that the browser has for the service. */
  async withCookies(path: string, method = 'GET') {
    try {
      return (await fetch(setup.service + path, { method, credentials: 'include' })).status
    } catch (error) {
      return nameOf(error)
    }
  },
}

declare global {
  var tried: typeof functions
}
globalThis.tried = functions
