import { annotationsOf } from '../language/analysis/item-annotations.js'
import {
  type ItemAnnotation,
  type Pair,
  type PairBlock,
  type ServiceItem,
  type ServiceStatement,
  type Statement,
} from '../language/syntax/ast.js'
import { type Comment, type Token, type TokenKind } from '../language/syntax/token.js'
import { withoutStruct } from './without-struct.js'

/**
 * Statements that say the same in forms that goctl reads: routes with `@jwt` or `@server` of their own stand in a `service`
 * block of their own, those that ask for the same together, and `struct` is gone. Comments stay.
 *
 * @example forGoctl(parseFile(file, 'dialect').file.statements)
 */
export function forGoctl(statements: readonly Statement[]): readonly Statement[] {
  return statements.flatMap((statement): readonly Statement[] => {
    if (statement.kind === 'type') return [withoutStruct(statement)]
    return statement.kind === 'service' ? splitService(statement) : [statement]
  })
}

/** As the spec has them: first what has nothing of its own, then a group for each set of annotations. */
function splitService(statement: ServiceStatement): readonly ServiceStatement[] {
  const base: ServiceItem[] = []
  const groups = new Map<string, ServiceItem[]>()
  for (const item of statement.items) {
    const { own, values } = annotationsOf(statement, item)
    const key = JSON.stringify(values)
    const group = groups.get(key)
    if (!own) base.push(item)
    else if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  if (groups.size === 0) return [statement]
  const first = base.length === 0 ? [] : [{ ...statement, items: base }]
  const others = [...groups.values()].map((items, index) => {
    const block = blockOf(statement, items)
    // The comments of the statement stay with one block.
    return index + first.length === 0 ? block : withoutComments(block)
  })
  return [...first, ...others]
}

function blockOf(statement: ServiceStatement, items: readonly ServiceItem[]): ServiceStatement {
  const { server, keyword } = statement
  const inherited = server?.pairs.pairs ?? []
  const own = (items[0]?.annotations ?? []).flatMap(pairsOf)
  const named = (name: string, pairs: readonly Pair[]) => pairs.find(({ key }) => key.text === name)
  const pairs = [
    ...inherited.map((pair) => named(pair.key.text, own) ?? pair),
    ...own.filter(({ key }) => named(key.text, inherited) === undefined),
  ].map(barePair)
  const at = server?.keyword ?? keyword
  const comments =
    server === undefined ? [] : commentsOf([server.keyword, ...tokensOf(server.pairs)])
  const block: PairBlock = { open: mark(at, '('), pairs, close: mark(at, ')') }
  return {
    ...statement,
    server: { ...statement, keyword: { ...mark(at, '@server'), head: comments }, pairs: block },
    items: items.map(plain),
  }
}

/** `@jwt Auth` is the pair `jwt: Auth`. */
function pairsOf(annotation: ItemAnnotation): readonly Pair[] {
  if (annotation.kind === 'server') return annotation.pairs.pairs
  if (annotation.kind !== 'jwt') return []
  const { keyword, value } = annotation
  const key = { ...mark(keyword, 'IDENT'), text: 'jwt' }
  return [{ ...annotation, key, colon: mark(keyword, ':'), value: [value] }]
}

/** A route with `@doc` alone; the comments of what is gone stand before what is left. */
function plain(item: ServiceItem): ServiceItem {
  const annotations: ItemAnnotation[] = []
  let left: readonly Comment[] = []
  for (const annotation of item.annotations) {
    const { kind, keyword } = annotation
    if (kind === 'server') left = [...left, ...commentsOf([keyword, ...tokensOf(annotation.pairs)])]
    else if (kind === 'jwt') left = [...left, ...commentsOf([keyword, annotation.value])]
    else {
      annotations.push({ ...annotation, keyword: after(left, keyword) })
      left = []
    }
  }
  const handler = { ...item.handler, keyword: after(left, item.handler.keyword) }
  return { ...item, annotations, handler }
}

function withoutComments(statement: ServiceStatement): ServiceStatement {
  const { server, keyword, name, open, close } = statement
  return {
    ...statement,
    ...(server === undefined ? {} : { server: { ...server, keyword: bare(server.keyword) } }),
    ...{ keyword: bare(keyword), name: name.map(bare), open: bare(open), close: bare(close) },
  }
}

function tokensOf({ open, pairs, close }: PairBlock): readonly Token[] {
  return [open, ...pairs.flatMap(({ key, colon, value }) => [key, colon, ...value]), close]
}

function commentsOf(tokens: readonly Token[]): readonly Comment[] {
  return tokens.flatMap(({ head, tail }) => [...head, ...tail])
}

function after(comments: readonly Comment[], token: Token): Token {
  // At one place they stay together.
  const moved = comments.map((comment) => ({ ...comment, start: token.start }))
  return { ...token, head: [...moved, ...token.head] }
}

function bare(token: Token): Token {
  return { ...token, head: [], tail: [] }
}

function barePair(pair: Pair): Pair {
  return { ...pair, key: bare(pair.key), colon: bare(pair.colon), value: pair.value.map(bare) }
}

/** A token that the file does not have, at the place of one that it has. */
function mark(at: Token, kind: TokenKind): Token {
  return { ...bare(at), kind, text: kind }
}
