import { RequestError } from './schema/schema.js'

/** What a part of a multipart form says of itself. */
export interface PartHead {
  /** The name of its field. */
  readonly name: string
  /** Of a file: its name and its content type, which are the caller's word. */
  readonly file?: { readonly name: string; readonly type: string }
}

/**
 * Reads the header fields of a part (RFC 7578 section 4), the line ends between them included.
 *
 * @throws RequestError for fields that two readers may read in two ways, and for a part that is encoded
 * @example readPartHead(Buffer.from('content-disposition: form-data; name="title"')) // { name: 'title' }
 */
export function readPartHead(bytes: Uint8Array): PartHead {
  const fields = new Map<string, string>()
  for (const line of textOf(bytes).split('\r\n')) {
    const [, name = '', value = ''] = /^([\w!#$%&'*+.^`|~-]+):([^\r\n]*)$/.exec(line) ?? []
    if (name === '' || fields.has(name.toLowerCase())) throw unreadable()
    fields.set(name.toLowerCase(), value.trim())
  }
  const encoding = fields.get('content-transfer-encoding')
  if (encoding !== undefined && !/^(7bit|8bit|binary)$/i.test(encoding)) throw unreadable()
  const { name, filename } = readDisposition(fields.get('content-disposition') ?? '')
  if (filename === undefined) return { name }
  return { name, file: { name: filename, type: fields.get('content-type') ?? 'text/plain' } }
}

function readDisposition(text: string): { readonly name: string; readonly filename?: string } {
  const start = /^form-data(?=\s*;)/i.exec(text)?.[0].length
  const parameters = new Map<string, string>()
  const pattern = /\s*;\s*([\w*-]+)=(?:"([^"]*)"|([^\s";]+))/y
  pattern.lastIndex = start ?? text.length
  while (pattern.lastIndex < text.length) {
    const [, key = '', quoted, plain = ''] = pattern.exec(text) ?? []
    if (key === '' || parameters.has(key.toLowerCase())) throw unreadable()
    parameters.set(key.toLowerCase(), unescaped(quoted ?? plain))
  }
  const [name, filename] = [parameters.get('name'), parameters.get('filename')]
  // Some send `filename*` beside `filename`, which says the same; alone it makes a file for some readers, and for others none.
  if (name === undefined || (filename === undefined && parameters.has('filename*')))
    throw unreadable()
  return { name, ...(filename === undefined ? {} : { filename }) }
}

const escapes: Readonly<Record<string, string>> = { '%0A': '\n', '%0D': '\r', '%22': '"' }

/** What browsers escape in names, and no more: https://html.spec.whatwg.org/#multipart-form-data. */
function unescaped(name: string): string {
  return name.replaceAll(/%0A|%0D|%22/gi, (code) => escapes[code.toUpperCase()] ?? code)
}

/**
 * UTF-8 as text.
 *
 * @throws RequestError for bytes that are none
 * @example textOf(Buffer.from('ä')) // 'ä'
 */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw unreadable()
  }
}

/**
 * The error of a body that is no form.
 *
 * @example throw unreadable()
 */
export function unreadable(message = 'must be a form'): RequestError {
  return new RequestError([{ path: '', message }])
}
