import { within } from '../../foundation/deadline.js'
import { type Upload, type Uploads } from './call.js'
import { type FormBody } from './form-body.js'
import {
  checkFileCount,
  checkFileSize,
  checkFileType,
  type FormRules,
  mostParts,
  refused,
} from './form-rules.js'
import { type ByteSource, type Multipart, readMultipart } from './multipart.js'
import { type PartHead, textOf, unreadable } from './part-head.js'

/** A multipart form that is still arriving. */
export interface Arriving {
  readonly source: ByteSource
  readonly boundary: string
  readonly rules: FormRules
  /** Bytes of the whole body. */
  readonly limit: number
  /** Called where the body is not read to its end: close the connection after the answer. */
  readonly onUnread: () => void
  /** How long a caller may send what is not read any more. Default: 5000. */
  readonly patienceMs?: number
}

/** What of a form is there before its first file has arrived. */
export interface OpenForm extends Uploads {
  readonly form: Omit<FormBody, 'files'>
}

/** Bytes of all fields of a form with files that are streamed. */
export const mostFieldBytes = 1_048_576

/**
 * Runs a handler while its form arrives. The fields come before the files, and are there when it begins. The rules hold while
 * files are read: what breaks them ends the reading, and is the answer even where the handler goes on.
 *
 * What the handler leaves unread is passed over before the answer, since callers read no answer while they send.
 *
 * @throws what `run` rejects with; HttpError 413 and 415, and RequestError, for a form that breaks the rules or has no end
 * @example await withUploads({ source, boundary, rules, limit, onUnread }, ({ uploads }) => save(uploads))
 */
export async function withUploads<R>(
  arriving: Arriving,
  run: (open: OpenForm) => Promise<R>,
): Promise<R> {
  const { source, boundary, rules, limit, patienceMs = 5000 } = arriving
  const checked = createChecks()
  const parts = readMultipart(bounded(source, limit), boundary)
  try {
    const { entries, file } = await checked.run(() =>
      readFields(parts, Math.min(limit, mostFieldBytes)),
    )
    const uploads = filesOf({ parts, rules, first: file, check: checked.run })
    const result = await run({ form: formOf(entries), uploads })
    checked.rethrow()
    return result
  } finally {
    checked.close()
    if (!(await passOver(source, patienceMs))) arriving.onUnread()
  }
}

type Check = <T>(read: () => Promise<T>) => Promise<T>

/** Keeps the first refusal: a form that was refused once is read no further. */
function createChecks() {
  let failure: { readonly error: unknown } | undefined
  const rethrow = () => {
    if (failure !== undefined) throw failure.error
  }
  const run: Check = async (read) => {
    rethrow()
    try {
      return await read()
    } catch (error) {
      failure ??= { error }
      throw error
    }
  }
  const close = () => {
    failure ??= { error: new TypeError('the call of this upload has been answered') }
  }
  return { run, rethrow, close }
}

/** A source that ends with an error after so many bytes. */
function bounded(source: ByteSource, limit: number): ByteSource {
  let length = 0
  return {
    next: async () => {
      // The caller has gone.
      const piece = await source.next().catch(() => {
        throw unreadable()
      })
      length += piece.value?.byteLength ?? 0
      if (length > limit) throw refused(413)
      return piece
    },
  }
}

type Entry = readonly [name: string, value: string]

/** A file of which the first bytes may have been read, to see whether it has any. */
interface ArrivingFile {
  readonly head: PartHead
  readonly begun?: Uint8Array | undefined
}

async function readFields(
  parts: Multipart,
  most: number,
): Promise<{ readonly entries: readonly Entry[]; readonly file: ArrivingFile | undefined }> {
  const entries: Entry[] = []
  let size = 0
  for (let count = 0; count <= mostParts; count++) {
    const head = await parts.next()
    if (head === undefined) return { entries, file: undefined }
    const file = await fileOf(head, parts)
    if (file !== undefined) return { entries, file }
    if (head.file !== undefined) continue
    const pieces: Uint8Array[] = []
    for (let piece = await parts.bytes(); piece !== undefined; piece = await parts.bytes()) {
      size += piece.byteLength
      if (size > most) throw refused(413)
      pieces.push(piece)
    }
    entries.push([head.name, textOf(Buffer.concat(pieces))])
  }
  throw refused(413)
}

/** The file that a part begins; undefined for a field, and for a file input that was left empty. */
async function fileOf(head: PartHead, parts: Multipart): Promise<ArrivingFile | undefined> {
  if (head.file === undefined) return undefined
  if (head.file.name !== '') return { head }
  const begun = await parts.bytes()
  return begun === undefined ? undefined : { head, begun }
}

async function nextFile(parts: Multipart): Promise<ArrivingFile | undefined> {
  for (let count = 0; count <= mostParts; count++) {
    const head = await parts.next()
    if (head === undefined) return undefined
    if (head.file === undefined) throw unreadable('must have its fields before its files')
    const file = await fileOf(head, parts)
    if (file !== undefined) return file
  }
  throw refused(413)
}

interface Files {
  readonly parts: Multipart
  readonly rules: FormRules
  readonly first: ArrivingFile | undefined
  readonly check: Check
}

async function* filesOf({ parts, rules, first, check }: Files): AsyncGenerator<Upload> {
  let count = 0
  for (let file = first; file !== undefined; file = await check(() => nextFile(parts))) {
    const { head, begun } = file
    const { name, type } = head.file ?? { name: '', type: '' }
    await check(() => {
      checkFileCount(++count, rules)
      checkFileType(type, rules)
      return Promise.resolve()
    })
    const content = contentOf(sized(parts, { rules, begun }), check)
    yield { field: head.name, name, type: type.toLowerCase(), ...content.iterable }
    await content.passOver()
  }
}

/** Reads further bytes of a file, and refuses one that is too long. */
function sized(
  parts: Multipart,
  { rules, begun }: { readonly rules: FormRules; readonly begun: Uint8Array | undefined },
): () => Promise<Uint8Array | undefined> {
  let held = begun
  let size = 0
  return async () => {
    const piece = held ?? (await parts.bytes())
    held = undefined
    size += piece?.byteLength ?? 0
    checkFileSize(size, rules)
    return piece
  }
}

function contentOf(read: () => Promise<Uint8Array | undefined>, check: Check) {
  let state: 'new' | 'reading' | 'done' = 'new'
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    if (state !== 'new')
      throw new TypeError('read a file once, and before the next one is asked for')
    state = 'reading'
    try {
      for (let piece = await check(read); piece !== undefined; piece = await check(read))
        yield piece
    } finally {
      state = 'done'
    }
  }
  const passOver = async () => {
    // Two readers would take each other's bytes.
    if (state === 'reading')
      throw new TypeError('a file is still being read: await it before the next one is asked for')
    state = 'done'
    while ((await check(read)) !== undefined);
  }
  return { iterable: { [Symbol.asyncIterator]: pieces }, passOver }
}

function formOf(entries: readonly Entry[]): Omit<FormBody, 'files'> {
  return {
    names: entries.map(([name]) => name),
    values: (wanted) => entries.flatMap(([name, value]) => (name === wanted ? [value] : [])),
  }
}

/** Reads and forgets what is left of a body; false when its end does not come in time, or not at all. */
async function passOver(source: ByteSource, patienceMs: number): Promise<boolean> {
  let isOver = false
  const read = async () => {
    for (let piece = await source.next(); piece.done !== true; piece = await source.next())
      if (isOver) return false
    return true
  }
  try {
    return await within(patienceMs, read, { late: () => new Error('not in time') })
  } catch {
    return false
  } finally {
    isOver = true
  }
}
