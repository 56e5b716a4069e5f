import { whyNotPem } from './not-pem.js'

/** One block of a PEM file (RFC 7468). */
export interface PemBlock {
  /** `PUBLIC KEY`, `CERTIFICATE` and so on. */
  readonly label: string
  readonly der: Buffer
}

const block = /-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----/g
/** Standard base64 with its padding, in lines of any length; a header line (RFC 1421) has a colon and does not fit. */
const body = /^[A-Za-z0-9+/\s]+={0,2}\s*$/

/**
 * The blocks of a PEM text. Text around them is ignored (RFC 7468 section 2), and so are EC parameters, which OpenSSL
 * writes before an EC private key and which the key repeats.
 *
 * @throws SyntaxError when there is no block, or one is not closed, is encrypted, or is not base64; never quoting it
 * @example readPem('-----BEGIN PUBLIC KEY-----\n…') // [{ label: 'PUBLIC KEY', der }]
 */
export function readPem(text: string): readonly PemBlock[] {
  const found = [...text.matchAll(block)]
  const begun = text.split('-----BEGIN ').length - 1
  if (begun === 0) throw new SyntaxError(whyNotPem(text))
  if (found.length !== begun) throw new SyntaxError('has a PEM block without its END line')
  return found
    .map(([, label = '', content = '']) => ({ label, der: decode(label, content) }))
    .filter(({ label }) => label !== 'EC PARAMETERS')
}

function decode(label: string, content: string): Buffer {
  if (label === 'ENCRYPTED PRIVATE KEY' || content.includes('Proc-Type'))
    throw new SyntaxError(
      'is encrypted; decrypt it with createPrivateKey({ key, passphrase }) of node:crypto and pass the result',
    )
  if (content.includes('\\n'))
    throw new SyntaxError('has "\\n" as two characters instead of line breaks; replace them')
  if (!body.test(content)) throw new SyntaxError('has a PEM block that is not base64')
  return Buffer.from(content, 'base64')
}
