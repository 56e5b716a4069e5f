import { type PartHead, readPartHead, unreadable } from './part-head.js'

/** Bytes as they arrive. */
export interface ByteSource {
  next(): Promise<{ readonly done?: boolean | undefined; readonly value?: Uint8Array | undefined }>
}

/** The parts of a form, one after the other. */
export interface Multipart {
  /** The head of the next part, after what is left of the part before; undefined at the end of the form. */
  next(): Promise<PartHead | undefined>
  /** Further bytes of the part; undefined at its end. */
  bytes(): Promise<Uint8Array | undefined>
}

/** Header fields of one part, in bytes. */
const longestHead = 8192
const lineEnd = '\r\n'
const headEnd = lineEnd + lineEnd
const formEnd = '--'

/**
 * Reads `multipart/form-data` (RFC 7578) as it arrives, and holds no more of it than one piece of the source and a head. The
 * form begins with its first boundary, without any text before it.
 *
 * @param boundary of the content type
 * @throws RequestError for a body that is no form, or has no end
 * @example const parts = readMultipart(stream[Symbol.asyncIterator](), 'x')
 */
export function readMultipart(source: ByteSource, boundary: string): Multipart {
  const delimiter = Buffer.from(`${lineEnd}--${boundary}`)
  const held = createHeld(source)
  let place: 'start' | 'part' | 'between' | 'end' = 'start'
  const bytes = async () => {
    while (place === 'part' || place === 'start') {
      const at = held.indexOf(delimiter)
      // Without one, its first bytes may have come already.
      const length = at === -1 ? held.length() - delimiter.length + 1 : at
      if (length > 0) return held.take(length)
      if (at === 0) {
        held.take(delimiter.length)
        place = 'between'
      } else await held.more()
    }
    return undefined
  }
  const next = async () => {
    for (let left = await bytes(); left !== undefined; left = await bytes())
      if (place === 'start') throw unreadable()
    if (place === 'end') return undefined
    while (held.length() < lineEnd.length) await held.more()
    const mark = held.take(lineEnd.length).toString('latin1')
    if (mark !== lineEnd && mark !== formEnd) throw unreadable()
    place = mark === lineEnd ? 'part' : 'end'
    return mark === lineEnd ? readHead(held) : undefined
  }
  return { next, bytes }
}

type Held = ReturnType<typeof createHeld>

/** What has come of a source and has not been taken. */
function createHeld(source: ByteSource) {
  // The first boundary has no line end before it.
  let held: Buffer = Buffer.from(lineEnd)
  return {
    length: () => held.length,
    indexOf: (wanted: Buffer | string) => held.indexOf(wanted),
    take: (length: number) => {
      const taken = held.subarray(0, length)
      held = held.subarray(length)
      return taken
    },
    more: async () => {
      const { done, value } = await source.next()
      if (done === true || value === undefined) throw unreadable()
      held = Buffer.concat([held, value])
    },
  }
}

async function readHead(held: Held): Promise<PartHead> {
  let length = held.indexOf(headEnd)
  for (; length === -1 && held.length() <= longestHead; length = held.indexOf(headEnd))
    await held.more()
  if (length === -1 || length > longestHead) throw unreadable()
  const read = readPartHead(held.take(length))
  held.take(headEnd.length)
  return read
}
