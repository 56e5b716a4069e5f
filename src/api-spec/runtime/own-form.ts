import { AuthError, ConfigError } from '../../foundation/errors.js'
import { isJsonType } from '../../foundation/json-type.js'
import { requireOwnPage, type Sent } from '../../gate/cookies/own-page.js'
import type { FormRules } from './form-rules.js'

/** The part of a route that says whether it takes forms. */
interface FormRoute {
  readonly form?: FormRules
}

/**
 * Refuses forms that a page of another site has sent. Browsers send forms anywhere without asking, unlike JSON, so a route
 * that takes them takes them from pages of its own origin, from those of `pages`, and from programs that are no browsers. A
 * call with a cookie has to say that its page is an own one. A bearer token is no cookie: a page of another
 * origin sends it only where CORS lets it.
 *
 * @param pages origins whose pages may send forms, as browsers write them
 * @throws AuthError ORIGIN_REFUSED
 * @example refuseForeignForm(route, call, new Set(['https://shop.example']))
 */
export function refuseForeignForm(route: FormRoute, call: Sent, pages: ReadonlySet<string>): void {
  if (route.form === undefined || isOnRequest(call)) return
  const [sites, origins] = [call.header('sec-fetch-site'), call.header('origin')]
  if (sites.length > 1 || origins.length > 1) throw new AuthError('ORIGIN_REFUSED')
  // No page can write this field. Browsers send the origin with every form, and `pages` need not have the service's own.
  if (sites[0] === 'same-origin') return
  if (call.header('cookie').length === 0) {
    if (sites.length === 0 && origins.length === 0) return
    if (pages.has(origins[0] ?? '')) return
  }
  requireOwnPage(call, { origins: pages, siblings: true })
}

/** Whether a browser asks first (CORS) before it sends such a call to another origin. */
function isOnRequest({ header }: Sent): boolean {
  const [credentials, ...others] = header('authorization')
  const isBearer = others.length === 0 && /^bearer /i.test(credentials ?? '')
  return isBearer || isJsonType(header('content-type').join(', '))
}

/**
 * The option `pages` of a server, checked.
 *
 * @throws ConfigError for anything but origins
 * @example readPages(['https://shop.example'])
 */
export function readPages(pages: readonly string[] = []): ReadonlySet<string> {
  for (const page of pages)
    if (!URL.canParse(page) || new URL(page).origin !== page)
      throw new ConfigError('pages', 'must be origins such as https://shop.example')
  return new Set(pages)
}
