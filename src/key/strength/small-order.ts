import type { KeyObject } from 'node:crypto'

/**
 * The y coordinates of the points of small order on the Edwards curves (RFC 8032 section 5), and those that a decoder
 * reads modulo p as one of them; little-endian, the sign bit cleared. With such a public key signatures verify that
 * were made without any private key. The eight encodings of Ed25519 with either sign are the list that libsodium
 * refuses.
 */
const smallOrder: Readonly<Record<string, readonly string[]>> = {
  ed25519: [
    '00'.repeat(32),
    `01${'00'.repeat(31)}`,
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    `ec${'ff'.repeat(30)}7f`,
    `ed${'ff'.repeat(30)}7f`,
    `ee${'ff'.repeat(30)}7f`,
  ],
  ed448: [
    '00'.repeat(57),
    `01${'00'.repeat(56)}`,
    `fe${'ff'.repeat(27)}fe${'ff'.repeat(27)}00`,
    `${'ff'.repeat(28)}fe${'ff'.repeat(27)}00`,
    `${'00'.repeat(28)}${'ff'.repeat(28)}00`,
  ],
}

/**
 * Whether a public key is a point of small order, for which anyone can make signatures.
 *
 * @example isSmallOrder(publicKeyOfAnEdwardsCurve) // false
 */
export function isSmallOrder(material: KeyObject): boolean {
  const known = smallOrder[String(material.asymmetricKeyType)]
  if (!known || material.type !== 'public') return false
  const bytes = Buffer.from(material.export({ format: 'jwk' }).x ?? '', 'base64url')
  const last = bytes.length - 1
  bytes[last] = (bytes[last] ?? 0) & 0x7f
  return known.includes(bytes.toString('hex'))
}
