import {
  type Body,
  type ItemAnnotation,
  joined,
  type Pair,
  type PairBlock,
  type Route,
  type ServiceItem,
  type ServiceStatement,
} from '../language/syntax/ast.js'
import { type Token } from '../language/syntax/token.js'
import { alignColumns, type Row } from './columns.js'
import { type Gap, type Printer } from './printer.js'

/** `@server (…) service x-api {…}` */
export function printService(printer: Printer, statement: ServiceStatement): void {
  const { server, keyword, name, open, items, close } = statement
  if (server !== undefined) {
    printer.token(server.keyword, 'paragraph')
    printPairs(printer, server.pairs)
  }
  printer.token(keyword, server === undefined ? 'paragraph' : 'line')
  printTogether(printer, name, 'space')
  printer.token(open, 'space')
  printer.indented(() => {
    for (const [index, item] of items.entries()) {
      if (index > 0) printer.emptyLine()
      printItem(printer, item)
    }
  })
  printer.token(close, items.length === 0 ? 'none' : 'line')
}

/** ` (` and the pairs on lines of their own, values aligned, `)`. */
export function printPairs(printer: Printer, { open, pairs, close }: PairBlock): void {
  printer.token(open, 'space')
  const rows = alignColumns(pairs.map(rowOf))
  printer.indented(() => {
    for (const [index, pair] of pairs.entries()) printPair(printer, pair, rows[index] ?? null)
  })
  printer.token(close, pairs.length === 0 ? 'none' : 'line')
}

function printPair(printer: Printer, pair: Pair, row: Row): void {
  const { key, colon, value } = pair
  const last = value.at(-1)
  if (row !== null && last !== undefined) {
    printer.token(key, 'line', { text: row.join(' '), last })
    return
  }
  printer.token(key, 'line')
  printer.token(colon, 'none')
  printTogether(printer, value, 'space')
}

function rowOf({ key, colon, value }: Pair): Row {
  const tokens = [key, colon, ...value]
  const plain = tokens.every(
    (token, index) =>
      (index === 0 || token.head.length === 0) &&
      (index === tokens.length - 1 || token.tail.length === 0),
  )
  return plain && tokens.every((token) => !token.text.includes('\n'))
    ? [`${key.text}:`, joined(value)]
    : null
}

function printItem(printer: Printer, { annotations, handler, route }: ServiceItem): void {
  for (const annotation of annotations) printAnnotation(printer, annotation)
  printer.token(handler.keyword, 'line')
  printer.token(handler.name, 'space')
  printRoute(printer, route)
}

function printAnnotation(printer: Printer, annotation: ItemAnnotation): void {
  printer.token(annotation.keyword, 'line')
  if (annotation.kind === 'server' || annotation.kind === 'docPairs')
    printPairs(printer, annotation.pairs)
  else printer.token(annotation.value, 'space')
}

function printRoute(
  printer: Printer,
  { method, path, request, returns, response, semicolon }: Route,
): void {
  printer.token(method, 'line')
  printTogether(printer, path, 'space')
  if (request !== undefined) printBody(printer, request)
  if (returns !== undefined) printer.token(returns, 'space')
  if (response !== undefined) printBody(printer, response)
  if (semicolon !== undefined) printer.token(semicolon, 'none')
}

function printBody(printer: Printer, { open, type, close }: Body): void {
  printer.token(open, 'space')
  if (type !== undefined) {
    const { list, star, name } = type
    const brackets = list === undefined ? [] : [list.open, list.close]
    printTogether(printer, [...brackets, ...(star === undefined ? [] : [star]), name], 'none')
  }
  printer.token(close, 'none')
}

function printTogether(printer: Printer, tokens: readonly Token[], gap: Gap): void {
  for (const [index, token] of tokens.entries()) printer.token(token, index === 0 ? gap : 'none')
}
