import {
  createRelyingParty,
  type LoginOptions,
  type RelyingParty,
  type RelyingPartyEvent,
  type RelyingPartyOptions,
  type SiteAnswer,
  type SiteRequest,
} from '../../src/relying-party/index.js'
import { type Liar } from './liar.js'

export const secret = 'a secret of these tests, long enough to be one'

/** A relying party, and one browser at it, without HTTP between them. */
export interface Visitor {
  readonly party: RelyingParty
  readonly events: RelyingPartyEvent[]
  readonly jar: Map<string, string>
  /** Begins a login: the parameters that the provider gets. */
  login(options?: LoginOptions): Promise<URLSearchParams>
  /** Comes back from the provider. */
  comeBack(answer: string | Readonly<Record<string, string>>): Promise<SiteAnswer>
  /** Logs in as an honest user: begins, and comes back with what an honest provider answers. */
  logIn(options?: LoginOptions, more?: Readonly<Record<string, string>>): Promise<SiteAnswer>
  /** An own page's POST. */
  post(route: 'refresh' | 'logout', more?: Readonly<Record<string, string>>): Promise<SiteAnswer>
  /** The provider's POST of a logout token. */
  tell(token: string): Promise<SiteAnswer>
  /** A navigation with this browser's cookies. */
  request(url: string, headers?: Readonly<Record<string, string>>): SiteRequest
}

/** A browser at a site of this provider. */
export function visitorOf(liar: Liar, options: Partial<RelyingPartyOptions> = {}): Visitor {
  const events: RelyingPartyEvent[] = []
  const jar = new Map<string, string>()
  const party = createRelyingParty({
    issuer: liar.issuer,
    clientId: 'shop',
    clientSecret: secret,
    redirectUri: 'https://shop.example/auth/callback',
    onEvent: (event) => events.push(event),
    now: () => liar.now(),
    ...options,
  })
  const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  const request = (url: string, headers: Readonly<Record<string, string>> = {}): SiteRequest => ({
    method: 'GET',
    url,
    headers: {
      accept: 'text/html',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      'sec-fetch-site': 'cross-site',
      cookie: cookie(),
      ...headers,
    },
  })
  const kept = (answer: SiteAnswer) => {
    for (const field of answer.setCookie) keep(jar, field)
    return answer
  }
  const login = async (asked?: LoginOptions) => {
    const answer = kept(await party.login(request('/auth/login'), asked))
    const address = new URL(answer.headers['Location'] ?? 'https://no.example')
    liar.nonce = address.searchParams.get('nonce') ?? undefined
    return address.searchParams
  }
  const comeBack = async (answer: string | Readonly<Record<string, string>>) => {
    const query =
      typeof answer === 'string' ? answer : new URLSearchParams({ ...answer }).toString()
    return kept(await party.callback(request(`/auth/callback?${query}`)))
  }
  return {
    ...{ party, events, jar, login, comeBack, request },
    logIn: async (asked, more = {}) => {
      const state = (await login(asked)).get('state') ?? ''
      return comeBack({ code: 'a-code', state, iss: liar.issuer, ...more })
    },
    post: async (route, more = {}) => {
      const headers = { 'sec-fetch-site': 'same-origin', accept: '*/*', ...more }
      return kept(await party[route]({ ...request(`/auth/${route}`, headers), method: 'POST' }))
    },
    tell: (token) => party.backchannelLogout(logoutRequest(`logout_token=${token}`)),
  }
}

/** A POST of a provider. */
export function logoutRequest(
  body: unknown,
  more: Readonly<Record<string, string>> = {},
): SiteRequest {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', ...more }
  return { method: 'POST', url: '/auth/backchannel-logout', headers, body }
}

function keep(jar: Map<string, string>, field: string): void {
  const [pair = ''] = field.split(';')
  const name = pair.slice(0, pair.indexOf('='))
  if (field.includes('; Max-Age=0;')) jar.delete(name)
  else jar.set(name, pair.slice(name.length + 1))
}
