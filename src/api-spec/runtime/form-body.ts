import { isUtf8, readContentType, type ContentType } from '../../foundation/content-type.js'
import { HttpError, problemOf } from './http-error.js'
import type { BodyFields } from './json-body.js'
import { RequestError } from './schema/schema.js'

/** What the forms of a route may hold. */
export interface FormRules {
  /** Files in one form. Default: none. */
  readonly maxFiles?: number
  /** Bytes of each file. Default: only the length of the whole body counts. */
  readonly maxFileBytes?: number
  /** Content types of files, such as `image/png` or `image/*`, as the caller names them. Default: any. */
  readonly fileTypes?: readonly string[]
}

/** A form that was sent as a body. */
export interface FormBody {
  /** Names of all fields, files among them. */
  readonly names: readonly string[]
  readonly values: (name: string) => readonly string[]
  readonly files: (name: string) => readonly File[]
}

/** Fields and files of one form. */
const mostParts = 1000

/** The content types in which forms are sent. */
export const formTypes = ['application/x-www-form-urlencoded', 'multipart/form-data'] as const
const [urlencoded, multipart] = formTypes

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
  if (encoding !== undefined && !/^identity$/i.test(encoding)) throw refused(415)
  const read = readContentType(type)
  if (read === undefined) throw refused(415)
  const entries =
    read.name === urlencoded ? readUrlencoded(bytes, read) : await readMultipart(bytes, read)
  return toForm(entries, rules)
}

type Entry = readonly [name: string, value: string | File]

function readUrlencoded(bytes: Uint8Array, type: ContentType): readonly Entry[] {
  if (!isUtf8(type)) throw refused(415)
  if (count(bytes, '&') >= mostParts) throw refused(413)
  try {
    return [...new URLSearchParams(new TextDecoder('utf-8', { fatal: true }).decode(bytes))]
  } catch {
    throw unreadable()
  }
}

async function readMultipart(bytes: Uint8Array, type: ContentType): Promise<readonly Entry[]> {
  const boundary = boundaryOf(type)
  if (boundary === undefined) throw unreadable()
  // Before anything is made of them; the last one ends the form.
  if (count(bytes, `--${boundary}`) > mostParts + 1) throw refused(413)
  // The one whose parts were counted: two readers may find different ones in a type that is odd.
  const headers = { 'content-type': `multipart/form-data; boundary="${boundary}"` }
  try {
    const body: MultipartBody = new Response(bytes.slice(), { headers })
    return [...(await body.formData())]
  } catch {
    throw unreadable()
  }
}

/** What a boundary may have (RFC 2046 section 5.1.1). */
const boundaryText = /^[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]$/

/** The one boundary of a type; undefined for none and for several. */
function boundaryOf({ parameters }: ContentType): string | undefined {
  const [boundary, ...others] = parameters.flatMap(([name, value]) =>
    name === 'boundary' ? [value] : [],
  )
  if (boundary === undefined || others.length > 0) return undefined
  return boundaryText.test(boundary) ? boundary : undefined
}

/** The platform advises servers against its parser, because it has no limits: bytes and parts are bounded before it here. */
interface MultipartBody {
  formData(): Promise<FormData>
}

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
  for (const { value } of files) checkFile(value, rules)
  const { maxFiles = 0 } = rules
  if (files.length > maxFiles)
    throw maxFiles === 0
      ? new RequestError([{ path: '', message: 'must not hold a file' }])
      : refused(413)
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

function checkFile({ size, type }: File, { maxFileBytes = Infinity, fileTypes }: FormRules): void {
  if (size > maxFileBytes) throw refused(413)
  if (fileTypes?.some((allowed) => isOfType(type, allowed)) === false) throw refused(415)
}

function isOfType(type: string, allowed: string): boolean {
  const [own = ''] = type.toLowerCase().split(';')
  const wanted = allowed.toLowerCase()
  return wanted.endsWith('/*') ? own.startsWith(wanted.slice(0, -1)) : own.trim() === wanted
}

function refused(status: number): HttpError {
  return new HttpError(status, problemOf(status, 'invalid_request'))
}

function unreadable(): RequestError {
  return new RequestError([{ path: '', message: 'must be a form' }])
}
