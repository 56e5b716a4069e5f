import { ConfigError } from '../foundation/errors.js'

/** Supported notations for the bytes of a secret. */
export const secretEncodings = ['base64', 'base64url', 'hex', 'text'] as const

/** One of {@link secretEncodings}. */
export type SecretEncoding = (typeof secretEncodings)[number]

const decoders: Readonly<Record<SecretEncoding, (text: string) => Buffer | undefined>> = {
  base64: (text) => exactly(text, 'base64'),
  base64url: (text) => exactly(text, 'base64url'),
  hex: (text) => exactly(text.toLowerCase(), 'hex'),
  text: (text) => Buffer.from(text),
}

/**
 * Decodes a text to bytes. One line break at the end, as editors leave it, is dropped; any other invalid character is
 * an error.
 *
 * @throws ConfigError
 * @example decodeSecret('00ff\n', 'hex') // <Buffer 00 ff>
 */
export function decodeSecret(text: string, encoding: SecretEncoding): Buffer {
  const bytes = decoders[encoding](text.replace(/\r?\n$/, ''))
  if (!bytes) throw new ConfigError('secret', `is not written in ${encoding}`)
  if (bytes.byteLength === 0) throw new ConfigError('secret', 'is empty')
  return bytes
}

function exactly(text: string, encoding: 'base64' | 'base64url' | 'hex'): Buffer | undefined {
  const bytes = Buffer.from(text, encoding)
  return bytes.toString(encoding) === text ? bytes : undefined
}
