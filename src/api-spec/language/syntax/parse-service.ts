import {
  type Body,
  type BodyType,
  type ItemAnnotation,
  joined,
  type PairsAnnotation,
  type Route,
  type ServiceItem,
  type ServiceStatement,
  unquoted,
} from './ast.js'
import { span } from './node.js'
import { parseServerPairs, parseTextPairs } from './parse-pairs.js'
import { parsePath } from './parse-path.js'
import { type TokenStream } from './token-stream.js'
import { type Token, type Wanted, words } from './token.js'

const goctlItemStart: readonly Wanted[] = ['@doc', '@handler']
const dialectItemStart: readonly Wanted[] = ['@doc', '@jwt', '@server', '@handler']

/** `service x {…}` or `@server(…) service x {…}`; the first token has been taken. */
export function parseService(stream: TokenStream): ServiceStatement {
  const first = stream.current
  let server: PairsAnnotation | undefined
  if (first.kind === '@server') {
    const pairs = parseServerPairs(stream)
    server = { keyword: first, pairs, ...span(first, pairs.close) }
    stream.take('service')
  }
  const keyword = stream.current
  const name = [stream.take('IDENT')]
  if (stream.is('-')) name.push(stream.advance(), stream.take('api'))
  const open = stream.take('{')
  const items = parseItems(stream)
  const close = stream.take('}')
  return {
    kind: 'service',
    ...(server === undefined ? {} : { server }),
    keyword,
    name,
    open,
    items,
    close,
    ...span(first, close),
  }
}

function parseItems(stream: TokenStream): readonly ServiceItem[] {
  const starts = stream.dialect ? dialectItemStart : goctlItemStart
  const items: ServiceItem[] = []
  while (!stream.is('}', ...(stream.dialect ? (['EOF'] as const) : []))) {
    const item = stream.attempt(
      () => {
        const parsed = parseItem(stream)
        if (!stream.is('}')) stream.expect(...starts, '}')
        return parsed
      },
      (token) => token.kind === '}' || starts.some((start) => start === token.kind),
    )
    if (item !== undefined) items.push(item)
  }
  return items
}

function parseItem(stream: TokenStream): ServiceItem {
  const annotations = stream.dialect ? parseAnnotations(stream) : parseGoctlDoc(stream)
  if (stream.dialect) refuseServerHandler(stream, annotations)
  const keyword = stream.dialect ? stream.take(...dialectItemStart) : stream.take('@handler', '}')
  const name = stream.take('IDENT')
  // "@handler" and a route without a name between them: the method would pass for the name.
  const nameless =
    stream.dialect && stream.is('/') && words.methods.some((word) => word === name.text)
  if (nameless) stream.failAt(name, ['IDENT'])
  const route = parseRoute(stream)
  const first = annotations[0]?.keyword ?? keyword
  return { annotations, handler: { keyword, name }, route, ...span(first, route) }
}

/** What go-zero once took, at the place where goctl stops now. */
function refuseServerHandler(stream: TokenStream, annotations: readonly ItemAnnotation[]): void {
  if (stream.is('@handler')) return
  for (const annotation of annotations) {
    if (annotation.kind !== 'server') continue
    const handler = annotation.pairs.pairs.find(({ key }) => key.text === 'handler')
    if (handler === undefined) continue
    const message = "a route has its handler from '@handler', not from '@server'"
    stream.fail(annotation.keyword, message, `write '@handler ${unquoted(joined(handler.value))}'`)
  }
}

function parseGoctlDoc(stream: TokenStream): readonly ItemAnnotation[] {
  return stream.is('@doc') ? [parseDoc(stream)] : []
}

function parseAnnotations(stream: TokenStream): readonly ItemAnnotation[] {
  const annotations: ItemAnnotation[] = []
  while (stream.is('@doc', '@jwt', '@server')) {
    const { kind } = stream.next
    const annotation =
      kind === '@doc'
        ? parseDoc(stream)
        : kind === '@jwt'
          ? parseJwt(stream)
          : parseItemServer(stream)
    const twice = annotations.some((before) => before.keyword.kind === kind)
    if (twice) stream.fail(annotation.keyword, `'${kind}' stands twice before one route`)
    annotations.push(annotation)
  }
  return annotations
}

function parseDoc(stream: TokenStream): ItemAnnotation {
  const keyword = stream.advance()
  stream.expect('(', 'STRING')
  if (stream.is('STRING')) {
    const value = stream.advance()
    return { kind: 'doc', keyword, value, ...span(keyword, value) }
  }
  const pairs = parseTextPairs(stream)
  return { kind: 'docPairs', keyword, pairs, ...span(keyword, pairs.close) }
}

function parseJwt(stream: TokenStream): ItemAnnotation {
  const keyword = stream.advance()
  const value = stream.take('IDENT')
  return { kind: 'jwt', keyword, value, ...span(keyword, value) }
}

function parseItemServer(stream: TokenStream): ItemAnnotation {
  const keyword = stream.advance()
  const pairs = parseServerPairs(stream)
  return { kind: 'server', keyword, pairs, ...span(keyword, pairs.close) }
}

function parseRoute(stream: TokenStream): Route {
  const method = stream.take(...words.methods)
  const path = parsePath(stream)
  const ends: readonly Wanted[] = stream.dialect
    ? ['@doc', '@handler', '}', '@jwt', '@server']
    : ['@doc', '@handler', '}']
  if (stream.is(...ends, ';')) return finishRoute(stream, { method, path })
  stream.expect('returns', '(')
  const request = stream.is('(') ? parseBody(stream) : undefined
  stream.expect('returns', ...ends, ';')
  const returns = stream.is('returns') ? stream.advance() : undefined
  const response = returns === undefined ? undefined : parseBody(stream)
  return finishRoute(stream, {
    method,
    path,
    ...(request === undefined ? {} : { request }),
    ...(returns === undefined ? {} : { returns }),
    ...(response === undefined ? {} : { response }),
  })
}

function finishRoute(stream: TokenStream, route: Omit<Route, 'start' | 'end'>): Route {
  const semicolon = stream.is(';') ? stream.advance() : undefined
  return {
    ...route,
    ...(semicolon === undefined ? {} : { semicolon }),
    ...span(route.method, stream.current),
  }
}

function parseBody(stream: TokenStream): Body {
  const open = stream.take('(')
  const type = stream.is(')') ? undefined : parseBodyType(stream)
  const close = stream.take(')')
  return { open, ...(type === undefined ? {} : { type }), close, ...span(open, close) }
}

function parseBodyType(stream: TokenStream): BodyType {
  stream.expect('[', '*', 'IDENT')
  const first = stream.next
  const list = stream.is('[') ? { open: stream.advance(), close: stream.take(']') } : undefined
  if (list !== undefined) stream.expect('*', 'IDENT')
  const star: Token | undefined = stream.is('*') ? stream.advance() : undefined
  const name = stream.take('IDENT')
  return {
    ...(list === undefined ? {} : { list }),
    ...(star === undefined ? {} : { star }),
    name,
    ...span(first, name),
  }
}
