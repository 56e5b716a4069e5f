import { isUtf8, readContentType } from './content-type.js'

/**
 * Whether a content type is JSON, in UTF-8 if it names a charset.
 *
 * @example isJsonType('application/json; charset=utf-8') // true
 */
export function isJsonType(type: string): boolean {
  const read = readContentType(type)
  return read?.name === 'application/json' && isUtf8(read)
}
