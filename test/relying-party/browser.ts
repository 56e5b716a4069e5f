import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { expect } from 'vitest'

/** One answer, as the browser got it. */
export interface Page {
  readonly url: string
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** A cookie as a browser keeps it. */
interface Cookie {
  readonly value: string
  readonly sameSite: string
}

/** How a page is opened. */
export interface Visit {
  readonly form?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  /** Whether another site has begun this: `Strict` cookies then stay at home. */
  readonly foreign?: boolean
}

/** A browser with its jar: one site for each origin, and pages that follow redirects one by one. */
export class Browser {
  readonly #jars = new Map<string, Map<string, Cookie>>()
  /** The addresses of the latest visit, redirects included. */
  trail: string[] = []

  /** The cookies of an origin by their names. */
  cookies(origin: string): Map<string, Cookie> {
    const jar = this.#jars.get(origin) ?? new Map<string, Cookie>()
    this.#jars.set(origin, jar)
    return jar
  }

  /** A copy, as if the same browser had been there before. */
  copy(): Browser {
    const other = new Browser()
    for (const [origin, jar] of this.#jars)
      for (const [name, cookie] of jar) other.cookies(origin).set(name, cookie)
    return other
  }

  /** One request, its cookies kept; redirects are not followed. */
  async step(address: string, { form, headers = {}, foreign = false }: Visit = {}): Promise<Page> {
    const { origin } = new URL(address)
    const jar = this.cookies(origin)
    const sent = [...jar].filter(([, { sameSite }]) => !(foreign && sameSite === 'Strict'))
    const cookie = sent.map(([name, { value }]) => `${name}=${value}`).join('; ')
    const body = form === undefined ? undefined : new URLSearchParams({ ...form }).toString()
    const page = await send(address, body, {
      accept: 'text/html',
      'sec-fetch-site': siteOf(foreign, form !== undefined),
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      ...(cookie === '' ? {} : { cookie }),
      ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      ...headers,
    })
    for (const field of page.headers.getSetCookie()) keep(jar, field)
    this.trail.push(address)
    return page
  }

  /** Opens a page and follows what it redirects to, up to 20 times; `until` stops before an address. */
  async open(
    address: string,
    visit: Visit = {},
    until: (address: string) => boolean = () => false,
  ): Promise<Page> {
    this.trail = []
    let page = await this.step(address, visit)
    for (let times = 0; times < 20; times++) {
      const location = page.headers.get('location')
      if (page.status < 300 || page.status > 399 || location === null) return page
      const next = new URL(location, page.url).href
      if (until(next)) return page
      const foreign = visit.foreign === true || new URL(next).origin !== new URL(address).origin
      const cameBack = this.trail.some((each) => new URL(each).origin !== new URL(next).origin)
      page = await this.step(next, { foreign: foreign || cameBack })
    }
    expect.fail(`redirects without end: ${this.trail.join(' ')}`)
  }
}

function siteOf(foreign: boolean, isForm: boolean): string {
  if (foreign) return 'cross-site'
  return isForm ? 'same-origin' : 'none'
}

/** Without `fetch`, which sets other Fetch Metadata. */
async function send(
  address: string,
  body: string | undefined,
  headers: Readonly<Record<string, string>>,
): Promise<Page> {
  const asked = request(address, { method: body === undefined ? 'GET' : 'POST', headers })
  asked.end(body)
  const [answer] = (await once(asked, 'response')) as [IncomingMessage] // as node:http says
  let text = ''
  for await (const part of answer.setEncoding('utf8')) text += String(part)
  const found = new Headers()
  for (let at = 0; at < answer.rawHeaders.length; at += 2)
    found.append(answer.rawHeaders[at] ?? '', answer.rawHeaders[at + 1] ?? '')
  return { url: address, status: answer.statusCode ?? 0, headers: found, text }
}

function keep(jar: Map<string, Cookie>, field: string): void {
  const [pair = '', ...attributes] = field.split('; ')
  const name = pair.slice(0, pair.indexOf('='))
  const maxAge = attributes.find((each) => /^max-age=/i.test(each))
  const expires = attributes.find((each) => /^expires=/i.test(each))
  const isOver =
    maxAge === 'Max-Age=0' || (expires !== undefined && Date.parse(expires.slice(8)) < Date.now())
  jar.delete(name)
  if (isOver) return
  const sameSite = attributes.find((each) => /^samesite=/i.test(each))?.slice(9) ?? 'Lax'
  // oidc-provider writes it in lower case.
  jar.set(name, {
    value: pair.slice(name.length + 1),
    sameSite: sameSite.charAt(0).toUpperCase() + sameSite.slice(1).toLowerCase(),
  })
}
