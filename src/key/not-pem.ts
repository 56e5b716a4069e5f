/** A form that keys come in by mistake: what it is, and what to do. No message contains any of the text. */
type Hint = (text: string) => string | undefined

const files =
  /^(?:\.{0,2}[\\/]|~[\\/]|[a-z]:[\\/]|file:)|\.(?:pem|key|crt|cer|der|pub|jwk|jwks|json|p8)$/i

/**
 * Why a text or a file's bytes, which have no PEM block, are no key: names the forms that people pass instead.
 *
 * @example whyNotPem('') // 'is empty; is the environment variable set?'
 */
export function whyNotPem(text: string): string {
  const bare = text.trim().replace(/^(["'])([^]*)\1$/, '$2')
  if (bare === '') return 'is empty; is the environment variable set?'
  const found = hints.map((hint) => hint(bare)).find((problem) => problem !== undefined)
  return `is not PEM text: ${found ?? 'it has no "-----BEGIN …" line'}`
}

const hints: readonly Hint[] = [
  (text) =>
    /^(?:undefined|null)$/.test(text)
      ? `it is the word "${text}"; the variable was not set when the text was made`
      : undefined,
  (text) => jsonHint(text, 'text', 'JSON.parse(text)'),
  (text) =>
    /^(?:ssh-|ecdsa-sha2-|sk-(?:ssh|ecdsa)-|---- BEGIN SSH2)/.test(text)
      ? 'it is an OpenSSH public key; convert it: ssh-keygen -e -m PKCS8 -f FILE'
      : undefined,
  encodedHint,
  (text) =>
    /^https?:\/\//i.test(text)
      ? 'it is an address; keys are not fetched here, remoteJwks takes the address of a key set'
      : undefined,
  (text) =>
    files.test(text) && !/\s/.test(text)
      ? "it looks like the path of a file; pass its content: readFileSync(path, 'utf8')"
      : undefined,
]

function jsonHint(text: string, form: string, call: string): string | undefined {
  if (!/^[{[]/.test(text)) return undefined
  return /"keys"\s*:/.test(text)
    ? `it is a JWK set as ${form}; pass localJwks(${call}, { algorithms })`
    : `it is a JWK as ${form}; pass ${call}`
}

/** Base64 in either alphabet, and hexadecimal. */
function encodedHint(text: string): string | undefined {
  const compact = text.replace(/\s/g, '')
  if (/^(?:[0-9a-f]{2}){32,}$/i.test(compact) && isDer(Buffer.from(compact, 'hex')))
    return "it is a key in hexadecimal; pass Buffer.from(text, 'hex')"
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(compact)) return undefined
  const bytes = Buffer.from(compact, 'base64')
  const inner = bytes.toString('latin1').trim()
  const decoding = "Buffer.from(text, 'base64')"
  if (inner.includes('-----BEGIN '))
    return `it is the base64 of PEM text; pass ${decoding}.toString()`
  if (isDer(bytes))
    return `it is a key in base64 without its PEM lines, as Keycloak shows it; pass ${decoding}`
  return jsonHint(inner, 'base64', `JSON.parse(${decoding}.toString())`)
}

/** A SEQUENCE that is as long as the bytes (ITU-T X.690), at least as long as the shortest key. */
function isDer(bytes: Buffer): boolean {
  const [tag, first = 0] = bytes
  if (tag !== 0x30 || bytes.byteLength < 32) return false
  if (first < 128) return bytes.byteLength === first + 2
  const octets = first - 128
  return octets >= 1 && octets <= 3 && bytes.byteLength === 2 + octets + bytes.readUIntBE(2, octets)
}
