import { isThenable } from '../../foundation/realms.js'
import { Key } from '../key.js'

/**
 * Signs bytes with a key's one algorithm. RSA, ES384 and ES512 use the thread pool and answer with a promise.
 *
 * @throws TypeError for a public key, or a secret whose JWK does not permit it
 * @example const signature = await signBytes(key, Buffer.from('data'))
 */
export function signBytes(key: Key, data: Uint8Array): Buffer | Promise<Buffer> {
  return Key.powers(key).sign(data)
}

/**
 * {@link signBytes} for the ASCII text before the second dot of a compact JWS; the signature as base64url.
 *
 * @throws TypeError for a key that {@link signBytes} refuses, or for text that is not ASCII
 * @example const token = `${signingInput}.${await signSigningInput(key, signingInput)}`
 */
export function signSigningInput(key: Key, signingInput: string): string | Promise<string> {
  const { text } = Key.powers(key)
  if (text) {
    const tag = text.tag(signingInput, signingInput.length)
    if (tag === undefined) throw new TypeError('a signing input is ASCII')
    return tag
  }
  const data = Buffer.from(signingInput)
  if (data.byteLength !== signingInput.length) throw new TypeError('a signing input is ASCII')
  const signature = signBytes(key, data)
  return isThenable(signature)
    ? signature.then((bytes) => bytes.toString('base64url'))
    : signature.toString('base64url')
}
