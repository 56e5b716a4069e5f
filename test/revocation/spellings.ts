/** A way to send a token differently so that a deny list might not recognize it: header lines of a request. */
export interface Spelling {
  readonly name: string
  readonly lines: readonly string[]
  /** Path with query. Default `/`. */
  readonly target?: string
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Order of the P-256 group (SEC 2 section 2.4.2). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

/** Spellings that some library, proxy or store takes for the same token. */
export function spellings(token: string, alg: string): readonly Spelling[] {
  const texts = new Map([...otherTexts(token), ...(alg === 'ES256' ? otherSignatures(token) : [])])
  return [
    // Some spellings change letters that this token does not contain.
    ...[...texts]
      .filter(([, text]) => text !== token)
      .map(([name, text]) => ({ name, lines: [`Authorization: Bearer ${text}`] })),
    ...otherHeaders(token),
  ]
}

function otherHeaders(token: string): readonly Spelling[] {
  const one = (name: string, ...lines: string[]): Spelling => ({ name, lines })
  const header = `Authorization: Bearer ${token}`
  return [
    one('bearer in lower case', `authorization: bearer ${token}`),
    one('BEARER in upper case', `AUTHORIZATION: BEARER ${token}`),
    one('bEaReR in both', `Authorization: bEaReR ${token}`),
    one('several blanks after the scheme', `Authorization: Bearer    ${token}`),
    one('blanks around the value', `Authorization:  \t Bearer ${token} \t `),
    one('a tab after the scheme', `Authorization: Bearer\t${token}`),
    one('no scheme', `Authorization: ${token}`),
    one('another scheme', `Authorization: JWT ${token}`),
    one('the scheme twice', `Authorization: Bearer Bearer ${token}`),
    one('quotation marks', `Authorization: Bearer "${token}"`),
    one('a comma after it', `Authorization: Bearer ${token},`),
    one('a parameter after it', `Authorization: Bearer ${token}; x=1`),
    one('a list of two', `Authorization: Bearer ${token}, Bearer ${token}`),
    one('the header twice', header, header),
    one('the header twice, in two cases', header, `authorization: bearer ${token}`),
    one('an empty header before it', 'Authorization:', header),
    one('a folded line', 'Authorization: Bearer', ` ${token}`),
    one('the header of a proxy', `X-Forwarded-Authorization: Bearer ${token}`),
    one('a cookie', `Cookie: access_token=${token}`),
    { name: 'the query', lines: [], target: `/?access_token=${token}` },
    { name: 'the query too', lines: [header], target: `/?access_token=${token}` },
  ]
}

function otherTexts(token: string): readonly (readonly [string, string])[] {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const join = (...parts: readonly string[]) => parts.join('.')
  const tails = [header, payload, signature].flatMap((part, at) =>
    sameBytes(part).map((other, n) => {
      const parts = [header, payload, signature].with(at, other)
      return [`spare bits of part ${String(at)}, ${String(n)}`, join(...parts)] as const
    }),
  )
  return [
    ['one padding character', `${token}=`],
    ['two padding characters', `${token}==`],
    ['padding that fits', join(header, payload, padded(signature))],
    ['padding of the payload', join(header, padded(payload), signature)],
    ['padding of the header', join(padded(header), payload, signature)],
    ['the alphabet of base64', token.replaceAll('-', '+').replaceAll('_', '/')],
    ['dashes for underlines', token.replaceAll('_', '-')],
    [
      'a blank in the signature',
      join(header, payload, `${signature.slice(0, 9)} ${signature.slice(9)}`),
    ],
    [
      'a tab in the payload',
      join(header, `${payload.slice(0, 9)}\t${payload.slice(9)}`, signature),
    ],
    ['a dot after it', `${token}.`],
    ['a dot before it', `.${token}`],
    ['a fourth part', `${token}.AAAA`],
    ['an empty part between', join(header, '', payload, signature)],
    ['escaped dots', token.replaceAll('.', '%2E')],
    ['an escaped letter', `%${token.charCodeAt(0).toString(16)}${token.slice(1)}`],
    ['a letter that is cut to the same byte', `${token.slice(0, -1)}\u00e9`],
    ['a letter more', `${token}A`],
    ['a letter less', token.slice(0, -1)],
    ['no signature', join(header, payload, '')],
    ['an exclamation mark', `${token}!`],
    ...tails,
  ]
}

/** Texts that decode to the same bytes if the unused bits of the last character are ignored. */
function sameBytes(part: string): readonly string[] {
  const spare = [0, 0, 4, 2][part.length % 4] ?? 0
  const last = alphabet.indexOf(part.slice(-1))
  return Array.from({ length: 2 ** spare - 1 }, (_, n) => {
    const letter = alphabet[last ^ (n + 1)] ?? ''
    return part.slice(0, -1) + letter
  })
}

function padded(part: string): string {
  return part.padEnd(Math.ceil(part.length / 4) * 4, '=')
}

/** Other signatures of the same token. The first one is valid. */
function otherSignatures(token: string): readonly (readonly [string, string])[] {
  const cut = token.lastIndexOf('.') + 1
  const bytes = Buffer.from(token.slice(cut), 'base64url')
  const [r, s] = [bytes.subarray(0, 32), bytes.subarray(32)]
  const as = (name: string, ...parts: readonly Uint8Array[]) =>
    [name, token.slice(0, cut) + Buffer.concat(parts).toString('base64url')] as const
  const zero = Buffer.alloc(1)
  const over = BigInt(`0x${s.toString('hex')}`) + order
  return [
    as('r and n - s', r, negative(s)),
    as('DER', der(r, s)),
    as('DER of r and n - s', der(r, negative(s))),
    as('r and s with a zero before each', zero, r, zero, s),
    as('r and s with zeros behind', r, s, zero),
    as('r and s + n', r, Buffer.from(over.toString(16).padStart(66, '0'), 'hex')),
    as('s and r', s, r),
  ]
}

/** n - s: with r it is a valid signature of the same message too. */
export function negative(s: Uint8Array): Buffer {
  const value = order - BigInt(`0x${Buffer.from(s).toString('hex')}`)
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex')
}

function der(r: Uint8Array, s: Uint8Array): Buffer {
  const body = Buffer.concat([r, s].map(integer))
  return Buffer.concat([Buffer.from([0x30, body.length]), body])
}

function integer(value: Uint8Array): Buffer {
  const start = value.findIndex((byte) => byte !== 0)
  const short = Buffer.from(value.subarray(start))
  const sign = (short[0] ?? 0) >= 0x80 ? [0] : []
  return Buffer.from([0x02, sign.length + short.length, ...sign, ...short])
}
