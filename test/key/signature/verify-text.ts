import type { Key } from '../../../src/key/key.js'
import { verifySigningInput } from '../../../src/key/signature/verify.js'

/** Whether a signature, as text, is right for a text: the two put together as a compact JWS has them. */
export function verifyText(key: Key, text: string, signature: string): boolean {
  return verifySigningInput(key, `${text}.${signature}`, text.length)
}
