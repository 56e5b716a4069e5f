import { type TokenStream } from './token-stream.js'
import { type Token, type Wanted } from './token.js'

/** What may follow a path, in goctl's order. */
const afterPath: readonly Wanted[] = ['(', 'returns', '@doc', '@handler', ';', '}']
const dialectAfterPath: readonly Wanted[] = [...afterPath, '@jwt', '@server']

/**
 * `/user/:id/file.php`. Blanks mean nothing to goctl, so `/foo bar` is the path `/foobar` there; in the dialect a path
 * ends at the first name after a blank.
 */
export function parsePath(stream: TokenStream): readonly Token[] {
  const after = stream.dialect ? dialectAfterPath : afterPath
  const tokens: Token[] = []
  // goctl crashes on a route without a path; both modes say what is missing.
  if (stream.is(...after)) stream.expect('/')
  while (!stream.is(...after)) {
    tokens.push(stream.take('/'))
    if (stream.is(...after)) break
    refuseComment(stream, ['COLON', 'IDENT', 'INT'])
    stream.expect(':', 'IDENT', 'INT', ...(stream.dialect ? (['DURATION'] as const) : []))
    if (stream.is(':')) tokens.push(stream.advance())
    tokens.push(...parseSegment(stream, after))
    stream.expect('/', ...after)
    if (stream.dialect && !stream.is('/')) break
  }
  return tokens
}

function parseSegment(stream: TokenStream, after: readonly Wanted[]): readonly Token[] {
  const piece: readonly Wanted[] = stream.dialect ? ['IDENT', 'INT', 'DURATION'] : ['IDENT']
  const tokens = [stream.dialect ? stream.take(...piece) : stream.take('IDENT', 'INT')]
  while (!stream.is('/', 'EOF', ...after)) {
    if (stream.is('-', '.')) tokens.push(stream.advance(), stream.take(...piece))
    else if (stream.dialect && !(stream.adjacent && stream.is(...piece))) break
    else tokens.push(stream.take('IDENT'))
  }
  return tokens
}

/** A comment right after a slash would be part of the path to a reader; goctl refuses it, and so does the dialect. */
function refuseComment(stream: TokenStream, wanted: readonly ('COLON' | 'IDENT' | 'INT')[]): void {
  const comment = stream.current.tail[0]
  if (comment === undefined) return
  const marks = wanted.map((want): Wanted => (want === 'COLON' ? ':' : want))
  if (stream.dialect) stream.fail(stream.next, 'a path cannot go on after a comment')
  stream.failAt(stream.next, marks, comment.kind)
}
