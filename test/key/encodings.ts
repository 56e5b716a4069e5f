import { type KeyObject } from 'node:crypto'

/** DER element: tag, length, content. */
export function element(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  const length = content.byteLength
  const head =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...head]), content])
}

/** A certificate around a public key. Its signature is nonsense: importing a key checks none. */
export function certificateOf(key: KeyObject): Buffer {
  const sha256WithRsa = element(0x30, Buffer.from('06092a864886f70d01010b0500', 'hex'))
  const commonName = element(
    0x30,
    Buffer.from('0603550403', 'hex'),
    element(0x0c, Buffer.from('t')),
  )
  const name = element(0x30, element(0x31, commonName))
  const validity = element(
    0x30,
    element(0x17, Buffer.from('250101000000Z')),
    element(0x17, Buffer.from('450101000000Z')),
  )
  const spki = key.export({ format: 'der', type: 'spki' })
  const serial = Buffer.from('020101', 'hex')
  const body = element(0x30, serial, sha256WithRsa, name, validity, name, spki)
  return element(0x30, body, sha256WithRsa, element(0x03, Buffer.alloc(257)))
}

/** PEM text around DER. */
export function pemOf(label: string, der: Buffer): string {
  const lines = der.toString('base64').replace(/.{64}/g, '$&\n').trimEnd()
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`
}

/** The line of an `authorized_keys` file (RFC 4253 section 6.6). */
export function sshOf(key: KeyObject): string {
  const { n = '', e = '' } = key.export({ format: 'jwk' })
  const number = (text: string) => {
    const bytes = Buffer.from(text, 'base64url')
    return field((bytes[0] ?? 0) >= 128 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes)
  }
  const blob = Buffer.concat([field(Buffer.from('ssh-rsa')), number(e), number(n)])
  return `ssh-rsa ${blob.toString('base64')} someone@somewhere`
}

function field(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.byteLength)
  return Buffer.concat([length, bytes])
}
