import { isUtf8, readContentType, type ContentType } from '../../foundation/content-type.js'
import {
  checkFileCount,
  checkFileSize,
  checkFileType,
  type FormRules,
  mostParts,
  refused,
} from './form-rules.js'
import type { BodyFields } from './json-body.js'
import { type ByteSource, readMultipart } from './multipart.js'
import { textOf, unreadable } from './part-head.js'

/** A form that was sent as a body. */
export interface FormBody {
  /** Names of all fields, files among them. */
  readonly names: readonly string[]
  readonly values: (name: string) => readonly string[]
  readonly files: (name: string) => readonly File[]
}

/** The content types in which forms are sent. */
export const urlencoded = 'application/x-www-form-urlencoded'
export const multipart = 'multipart/form-data'

/**
 * Whether a content type is one of the two in which forms are sent.
 *
 * @example isFormType('multipart/form-data; boundary=x') // true
 */
export function isFormType(type = ''): boolean {
  const name = readContentType(type)?.name
  return name === urlencoded || name === multipart
}

/**
 * Reads the body of a form, which a server has bounded: `application/x-www-form-urlencoded` in UTF-8, or
 * `multipart/form-data` (RFC 7578). A file input that was left empty counts as absent.
 *
 * @throws HttpError 413 for too many fields or files, and for a file that is too long; 415 for a file of another type, another
 * charset or a content encoding; RequestError for a body that is no form, and for files where none are taken
 * @example const form = await readFormBody(bytes, { type, encoding: undefined }, { maxFiles: 1 })
 */
export async function readFormBody(
  bytes: Uint8Array,
  { type = '', encoding }: BodyFields,
  rules: FormRules,
): Promise<FormBody> {
  const boundary = boundaryOf({ type, encoding })
  if (boundary !== undefined) return toForm(await readParts(bytes, boundary), rules)
  const read = readContentType(type)
  if (read?.name !== urlencoded || isEncoded(encoding)) throw refused(415)
  return toForm(readUrlencoded(bytes, read), rules)
}

type Entry = readonly [name: string, value: string | File]

function readUrlencoded(bytes: Uint8Array, type: ContentType): readonly Entry[] {
  if (!isUtf8(type)) throw refused(415)
  if (count(bytes, '&') >= mostParts) throw refused(413)
  return [...new URLSearchParams(textOf(bytes))]
}

async function readParts(bytes: Uint8Array, boundary: string): Promise<readonly Entry[]> {
  const parts = readMultipart(inOnePiece(bytes), boundary)
  const entries: Entry[] = []
  for (let head = await parts.next(); head !== undefined; head = await parts.next()) {
    if (entries.length >= mostParts) throw refused(413)
    const pieces: Uint8Array[] = []
    for (let piece = await parts.bytes(); piece !== undefined; piece = await parts.bytes())
      pieces.push(piece)
    const { name, file } = head
    const content = Buffer.concat(pieces)
    entries.push([
      name,
      file === undefined ? textOf(content) : new File([content], file.name, { type: file.type }),
    ])
  }
  return entries
}

function inOnePiece(bytes: Uint8Array): ByteSource {
  const pieces = [bytes]
  return {
    next: () => {
      const value = pieces.pop()
      return Promise.resolve({ done: value === undefined, value })
    },
  }
}

/**
 * The boundary of a multipart form; undefined for another content type.
 *
 * @throws HttpError 415 for a content encoding; RequestError for a type that names no boundary, or two
 * @example boundaryOf({ type: 'multipart/form-data; boundary=x', encoding: undefined }) // 'x'
 */
export function boundaryOf({ type = '', encoding }: BodyFields): string | undefined {
  const read = readContentType(type)
  if (read?.name !== multipart) return undefined
  if (isEncoded(encoding)) throw refused(415)
  const [boundary, ...others] = read.parameters.flatMap(([name, value]) =>
    name === 'boundary' ? [value] : [],
  )
  if (boundary === undefined || others.length > 0 || !boundaryText.test(boundary))
    throw unreadable()
  return boundary
}

function isEncoded(encoding: string | undefined): boolean {
  return encoding !== undefined && !/^identity$/i.test(encoding)
}

/** What a boundary may have (RFC 2046 section 5.1.1). */
const boundaryText = /^[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]$/

/** How often a text is in a body; stops beyond what is allowed. */
function count(bytes: Uint8Array, text: string): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let found = 0
  for (let at = buffer.indexOf(text); at !== -1 && found < mostParts + 2; found++)
    at = buffer.indexOf(text, at + text.length)
  return found
}

function toForm(entries: readonly Entry[], rules: FormRules): FormBody {
  const sent = entries.filter(([, value]) => !isLeftEmpty(value))
  const files = sent.flatMap(([name, value]) =>
    typeof value === 'string' ? [] : [{ name, value }],
  )
  for (const { value } of files) {
    checkFileSize(value.size, rules)
    checkFileType(value.type, rules)
  }
  checkFileCount(files.length, rules)
  return {
    names: sent.map(([name]) => name),
    values: (wanted) =>
      sent.flatMap(([name, value]) =>
        name === wanted && typeof value === 'string' ? [value] : [],
      ),
    files: (wanted) => files.filter(({ name }) => name === wanted).map(({ value }) => value),
  }
}

/** What a browser sends for `<input type="file">` without a file. */
function isLeftEmpty(value: string | File): boolean {
  return typeof value !== 'string' && value.name === '' && value.size === 0
}
