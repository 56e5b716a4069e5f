import { type Pair, type PairBlock } from './ast.js'
import { span } from './node.js'
import { type TokenStream } from './token-stream.js'
import { type Token } from './token.js'

/** `(key: "value" …)` of `info` and `@doc`; the next token must be the bracket. */
export function parseTextPairs(stream: TokenStream): PairBlock {
  return parsePairs(stream, () => {
    const key = stream.take('IDENT')
    const colon = stream.take(':')
    const value = stream.take('STRING', 'RAW_STRING', 'IDENT')
    return { key, colon, value: [value], ...span(key, value) }
  })
}

/** `(jwt: Auth prefix: /v1 …)` of `@server`; the next token must be the bracket. */
export function parseServerPairs(stream: TokenStream): PairBlock {
  return parsePairs(stream, () => {
    const key = stream.take('IDENT', ')')
    const colon = stream.take(':')
    const value = parseServerValue(stream)
    return { key, colon, value, ...span(key, value.at(-1) ?? colon) }
  })
}

function parsePairs(stream: TokenStream, parsePair: () => Pair): PairBlock {
  const open = stream.take('(')
  const pairs: Pair[] = []
  while (!stream.is(')') && !(stream.dialect && stream.is('EOF'))) {
    const resumes = (token: Token, previous: Token) =>
      token.kind === ')' || token.start.line > previous.start.line
    const pair = stream.attempt(() => {
      const parsed = parsePair()
      endPair(stream)
      return parsed
    }, resumes)
    if (pair !== undefined) pairs.push(pair)
  }
  return { open, pairs, close: stream.take(')') }
}

/** A value ends before the next key, or the bracket. What follows it without a gap was meant as a part of it. */
function endPair(stream: TokenStream): void {
  if (stream.dialect && stream.adjacent && stream.is(':', '.', '-', '/')) {
    const message = `expected ')', a name, got '${stream.next.text}'`
    stream.fail(stream.next, message, 'put the value in quotes')
  }
  stream.expect(')', 'IDENT')
}

function parseServerValue(stream: TokenStream): readonly Token[] {
  stream.expect('/', 'DURATION', 'IDENT', 'INT', 'STRING')
  if (stream.is('DURATION', 'INT', 'STRING')) return [stream.advance()]
  const tokens: Token[] = []
  if (stream.is('IDENT')) {
    tokens.push(stream.advance())
    if (stream.is(',')) return [...tokens, ...parseChain(stream, ',')]
    if (stream.is('-')) {
      tokens.push(...parseChain(stream, '-'))
      // goctl ends the value after its hyphens, so that "a-b/c" is an error there.
      if (!stream.dialect) return tokens
    }
  }
  while (stream.is('/')) tokens.push(stream.advance(), ...parseValueSegment(stream))
  return tokens
}

/** `,B,C` or `-b-c` */
function parseChain(stream: TokenStream, mark: ',' | '-'): readonly Token[] {
  const tokens: Token[] = []
  while (stream.is(mark)) tokens.push(stream.advance(), stream.take('IDENT'))
  return tokens
}

/** What may stand between two slashes: in goctl a name with one hyphen, in the dialect any number, and `:name`. */
function parseValueSegment(stream: TokenStream): readonly Token[] {
  const tokens: Token[] = []
  if (!stream.dialect) {
    tokens.push(stream.take('IDENT'))
    if (stream.is('-')) tokens.push(stream.advance(), stream.take('IDENT'))
    return tokens
  }
  if (stream.is(':')) tokens.push(stream.advance())
  tokens.push(stream.take('IDENT', 'INT'))
  while (stream.is('-', '.')) tokens.push(stream.advance(), stream.take('IDENT', 'INT'))
  return tokens
}
