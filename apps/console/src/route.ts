import { signal } from '@preact/signals'

/** A place in the console: the first part of the hash names the page, the rest an object on it. */
export interface Route {
  readonly page: string
  readonly rest: string
}

/** The current route; follows the address. */
export const route = signal(read())

addEventListener('hashchange', () => {
  route.value = read()
})

/**
 * The address of a page.
 *
 * @example hrefOf('users', user.id) // '#/users/…'
 */
export function hrefOf(page: string, rest = ''): string {
  return rest === '' ? `#/${page}` : `#/${page}/${encodeURIComponent(rest)}`
}

/** Navigates to a page. */
export function goTo(page: string, rest = ''): void {
  location.hash = hrefOf(page, rest)
}

function read(): Route {
  const [page = '', rest = ''] = location.hash.replace(/^#\/?/, '').split('/')
  return { page, rest: decode(rest) }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return '' // an address typed by hand
  }
}
