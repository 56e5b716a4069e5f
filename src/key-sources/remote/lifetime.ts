/** Bounds on how long a set is fresh, in seconds, whatever its server says. */
export interface LifetimeBounds {
  readonly minAge: number
  readonly maxAge: number
}

/**
 * How long an answer stays fresh, in seconds (RFC 9111 sections 4.2.1 and 5.2.2): its `max-age` less its `Age`, within
 * the bounds; the upper bound when it says nothing.
 *
 * @example freshFor(new Headers({ 'cache-control': 'public, max-age=300' }), { minAge: 30, maxAge: 600 }) // 300
 */
export function freshFor(
  headers: { get(name: string): string | null },
  { minAge, maxAge }: LifetimeBounds,
): number {
  const said = readMaxAge(headers.get('cache-control') ?? '')
  if (said === undefined) return maxAge
  const age = readSeconds(headers.get('age') ?? '') ?? 0
  return Math.min(Math.max(said - age, minAge), maxAge)
}

function readMaxAge(text: string): number | undefined {
  const directives = text
    .toLowerCase()
    .split(',')
    .map((each) => each.trim())
  if (directives.includes('no-store') || directives.includes('no-cache')) return 0
  const found = directives.find((each) => each.startsWith('max-age='))
  return found === undefined ? undefined : readSeconds(found.slice('max-age='.length))
}

function readSeconds(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined
}
