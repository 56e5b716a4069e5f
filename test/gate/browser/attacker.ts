import { createServer, type ServerResponse } from 'node:http'
import { listen, stop } from './shop.js'

/** Somebody else's server. One server is all of them: the name in the address makes the difference to a browser. */
export interface Attacker {
  /** Another site. */
  readonly foreign: string
  /** A subdomain beside the shop's: the same site, another origin; it can set cookies for both. */
  readonly sibling: string
  /** The shop's own host, another port: cookies are the same. */
  readonly otherPort: string
  /** What the next page says, and the `Set-Cookie` values it comes with. */
  html: string
  cookies: readonly string[]
  /** Where `/bounce` sends to, by 307: method and body stay. */
  bounceTo: string
  close(): Promise<void>
}

/** Starts it. It serves whatever a test wants. */
export async function startAttacker(): Promise<Attacker> {
  const state = { html: '', cookies: [] as readonly string[], bounceTo: '' }
  const server = createServer((request, response) => {
    if (request.url === '/bounce') response.writeHead(307, { location: state.bounceTo }).end()
    else if (request.url === '/favicon.ico') response.writeHead(204).end()
    else sendPage(state, response)
  })
  const port = String(await listen(server))
  return Object.assign(state, {
    foreign: `http://evil.localhost:${port}`,
    sibling: `http://evil.shop.localhost:${port}`,
    otherPort: `http://app.shop.localhost:${port}`,
    close: () => stop(server),
  })
}

function sendPage(
  { html, cookies }: Pick<Attacker, 'html' | 'cookies'>,
  response: ServerResponse,
): void {
  response.setHeader('content-type', 'text/html')
  // A page that asks for CORS mode shall get an answer, whatever it is.
  response.setHeader('access-control-allow-origin', '*')
  if (cookies.length > 0) response.setHeader('set-cookie', [...cookies])
  response.end(`<!doctype html><title>evil</title>${html}`)
}
