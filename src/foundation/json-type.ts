/**
 * Whether a content type is JSON, in UTF-8 if it names a charset.
 *
 * @example isJsonType('application/json; charset=utf-8') // true
 */
export function isJsonType(type: string): boolean {
  const [name = '', ...parameters] = type.split(';')
  const charsets = parameters.flatMap(
    (each) => /^\s*charset\s*=\s*(.*?)\s*$/i.exec(each)?.[1] ?? [],
  )
  return (
    /^application\/json\s*$/i.test(name) &&
    charsets.every((charset) => /^("?)utf-?8\1$/i.test(charset))
  )
}
