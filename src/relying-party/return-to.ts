/** Longer ones would fill the cookies of several logins at once. */
const longest = 1024

/**
 * A place to go back to after a login: path, query and fragment of this site; `/` for everything else. So no address
 * makes this site send a browser to another one (RFC 9700 section 4.11).
 *
 * @example safeReturnTo('/orders?page=2', { origin: 'https://shop.example', routes: [] }) // '/orders?page=2'
 * @example safeReturnTo('//evil.example', { origin: 'https://shop.example', routes: [] }) // '/'
 */
export function safeReturnTo(
  given: unknown,
  { origin, routes }: { readonly origin: string; readonly routes: readonly string[] },
): string {
  if (typeof given !== 'string' || given.length > longest) return '/'

  if (!/^\/(?!\/)/.test(given) || /[\\\u0000-\u0020\u007f]/.test(given)) return '/'
  if (!URL.canParse(given, origin)) return '/'
  const { origin: found, pathname, search, hash } = new URL(given, origin)
  // A path such as "/.//evil.example" loses its dot. A login that leads to a login would go round for ever.
  if (found !== origin || pathname.startsWith('//') || routes.includes(pathname)) return '/'
  const place = `${pathname}${search}${hash}`
  return place.length > longest ? '/' : place
}
