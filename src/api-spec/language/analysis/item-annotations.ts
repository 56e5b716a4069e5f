import {
  joined,
  type Pair,
  type PairBlock,
  type ServiceItem,
  type ServiceStatement,
  unquoted,
} from '../syntax/ast.js'
import { type Token } from '../syntax/token.js'

/** What applies to one route: the service's `@server`, and over it the route's own `@server` and `@jwt`. */
export interface ItemAnnotations {
  /** Every key with its value unquoted; null when nothing applies. The last value of a repeated key counts. */
  readonly values: Readonly<Record<string, string>> | null
  /** Whether the route has annotations of its own, which only the dialect allows. */
  readonly own: boolean
  /** A value as written, quotes included; of a repeated key the first, as in goctl's checks. Empty when absent. */
  raw(key: string): string
}

/**
 * The annotations that apply to a route.
 *
 * @example annotationsOf(service, item).values?.jwt // 'Auth'
 */
export function annotationsOf(service: ServiceStatement, item: ServiceItem): ItemAnnotations {
  const blocks: PairBlock[] = []
  let jwt: Token | undefined
  for (const annotation of item.annotations) {
    if (annotation.kind === 'server') blocks.push(annotation.pairs)
    if (annotation.kind === 'jwt') jwt = annotation.value
  }
  const own = blocks.length > 0 || jwt !== undefined
  const group = service.server?.pairs
  const raw = (key: string): string => {
    if (key === 'jwt' && jwt !== undefined) return jwt.text
    return joined(pairOf(service, item, key)?.value ?? [])
  }
  if (!own) return { values: group === undefined ? null : valuesOf(group), own, raw }
  const values = Object.assign(
    {},
    ...[...(group === undefined ? [] : [group]), ...blocks].map(valuesOf),
  ) as Record<string, string>
  return { values: jwt === undefined ? values : { ...values, jwt: jwt.text }, own, raw }
}

/** The pairs of a block, unquoted; the last value of a repeated key counts. */
export function valuesOf(block: PairBlock): Readonly<Record<string, string>> {
  return Object.fromEntries(
    block.pairs.map(({ key, value }) => [key.text, unquoted(joined(value))]),
  )
}

/**
 * The pair of a key that applies to a route: its own, or else its group's.
 *
 * @example pairOf(service, item, 'scopes')?.key.start.line // 2
 */
export function pairOf(
  service: ServiceStatement,
  item: ServiceItem,
  key: string,
): Pair | undefined {
  const own = item.annotations.flatMap((each) => (each.kind === 'server' ? [each.pairs] : []))
  const group = service.server?.pairs
  return firstOf([...own, ...(group === undefined ? [] : [group])], key)
}

function firstOf(blocks: readonly PairBlock[], key: string): Pair | undefined {
  for (const { pairs } of blocks) {
    const pair = pairs.find((candidate) => candidate.key.text === key)
    if (pair !== undefined) return pair
  }
  return undefined
}
