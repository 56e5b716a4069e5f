import fc from 'fast-check'
import { audience, issuer, mac, now, secret } from './forge.js'

/** A token made wrong, or left right, in a few places. */
export interface Mutation {
  readonly token: string
  /** JSON text of the header and of the claims before encoding. */
  readonly header: string
  readonly claims: string
  /** Whether the encoding or the signature was changed afterwards. */
  readonly spoiled: boolean
}

type Members = readonly (readonly [string, string])[]

const json = (value: unknown) => JSON.stringify(value)

const goodHeader: Members = [
  ['alg', '"HS256"'],
  ['typ', '"JWT"'],
]
const goodClaims: Members = [
  ['iss', json(issuer)],
  ['aud', json(audience)],
  ['sub', '"u1"'],
  ['iat', json(now - 10)],
  ['exp', json(now + 600)],
]

const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
const hostile = [
  'null',
  'true',
  '""',
  '[]',
  '{}',
  '0',
  '-1',
  '"x"',
  '1.5',
  '1e400',
  '[null]',
  '[1]',
]
const dates = [
  ...hostile,
  ...[-601, -600, -61, -60, -59, -1, 0, 59, 60, 61, 600].map((by) => json(now + by)),
  `${json(now)}.5`,
  '"1700000600"',
  '9007199254740993',
  '1e21',
  '-0',
  '1e10',
]
const audiences = [
  ...hostile,
  json(audience),
  json([audience]),
  json(['x', audience]),
  json([audience, 1]),
  '["x"]',
  '"apis"',
  '"API"',
]
const issuers = [
  ...hostile,
  json(issuer),
  json([issuer]),
  json(`${issuer}/`),
  json('https://other'),
]
const texts = [
  ...hostile,
  '"u1"',
  '"\\u0000"',
  '"é漢😀"',
  '"\\ud800"',
  json('x'.repeat(1024)),
  json('x'.repeat(1025)),
]
const others = [
  ...hostile,
  deep(5),
  deep(31),
  deep(32),
  deep(40),
  '{"a":{"b":1}}',
  '{"a":1,"a":2}',
  '[{"a":1,"\\u0061":2}]',
  '{"__proto__":1}',
  '{"a":":{\\""}',
  '9007199254740991',
  '9007199254740992',
  '123456789012345678901234567890',
  '-9007199254740993',
  '0.1',
  '1E5',
  '"\\""',
  '"a:b"',
  '01',
  '+1',
  "'x'",
  'NaN',
  'undefined',
  '"\\x"',
  '"\t"',
]

const claimEdit = fc.oneof(
  edit(['exp', 'nbf', 'iat'], dates),
  edit(['aud'], audiences),
  edit(['iss'], issuers),
  edit(['sub', 'jti', 'role', 'scope'], texts),
  edit(['x', 'constructor', 'toString', '__proto__', '', 'a:b', 'a"b', 'é'], others),
)
const headerEdit = fc.oneof(
  edit(['alg'], ['"HS256"', '"none"', '"hs256"', '"HS384"', '"RS256"', '""', ...hostile]),
  edit(
    ['typ'],
    ['"JWT"', '"at+jwt"', '"application/at+jwt"', '"jwt"', '"rt+jwt"', '"JOSE"', ...hostile],
  ),
  edit(
    ['kid', 'cty'],
    ['"k1"', '"../../dev/null"', json('k'.repeat(256)), json('k'.repeat(257)), ...hostile],
  ),
  edit(
    ['crit', 'b64', 'jwk', 'jku', 'x5u', 'x5c', 'enc', 'zip'],
    ['["exp"]', '["b64"]', 'false', ...hostile],
  ),
  edit(
    ['x', 'x5t', '__proto__', 'toString'],
    ['"x"', deep(6), deep(7), deep(8), '{"a":1,"a":1}', ...hostile],
  ),
)

interface Edit {
  readonly name: string
  readonly value: string
  readonly how: 'replace' | 'append' | 'remove'
}

function edit(names: readonly string[], values: readonly string[]): fc.Arbitrary<Edit> {
  return fc.record({
    name: fc.constantFrom(...names),
    value: fc.constantFrom(...values),
    how: fc.constantFrom('replace', 'replace', 'replace', 'replace', 'append', 'remove'),
  })
}

function apply(members: Members, edits: readonly Edit[]): Members {
  return edits.reduce<Members>((list, { name, value, how }) => {
    if (how === 'append') return [...list, [name, value]]
    const rest = list.filter(([each]) => each !== name)
    return how === 'remove' ? rest : [...rest, [name, value]]
  }, members)
}

const textures: readonly ((text: string) => string)[] = [
  (text) => ` ${text}`,
  (text) => text.replaceAll(',', ' ,\r\n\t'),
  (text) => text.replaceAll(':', ' : '),
  (text) => `\ufeff${text}`,
  (text) => `${text}x`,
  (text) => `${text}${text}`,
  (text) => `[${text}]`,
  (text) => text.slice(0, -1),
  (text) => text.slice(1),
  (text) => text.replace('"', "'"),
  (text) => text.replace(',', ',,'),
  (text) => text.replace('}', ',}'),
  (text) => text.replace('sub', 's\\u0075b'),
  (text) => text.replace('iss', 'i\\u0073s'),
  () => 'null',
  () => '"x"',
  () => '{}',
]

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const twin = (text: string) =>
  text.slice(0, -1) + alphabet.charAt((alphabet.indexOf(text.at(-1) ?? 'A') + 1) % 64)

const spellings: readonly ((segment: string) => string)[] = [
  twin,
  (text) => `${text}=`,
  (text) => `${text}==`,
  (text) => `${text} `,
  (text) => ` ${text}`,
  (text) => `${text.slice(0, 5)}\n${text.slice(5)}`,
  (text) => `${text.slice(0, 5)}?${text.slice(5)}`,
  (text) => `${text}A`,
  (text) => text.slice(0, -1),
  (text) => text.replace(/[-_]/, (each) => (each === '-' ? '+' : '/')),
  (text) => String.fromCharCode(text.charCodeAt(0) + 256) + text.slice(1),
  (text) => `${text}.`,
  (text) => `.${text}`,
  () => '',
]

const wrongKey = Buffer.alloc(32, 7)

const rarely = <T>(values: readonly T[], usual: T) =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...values) },
  )
const same = (text: string) => text

/** Structured mutations of an HS256 token that `verifierWith()` accepts. */
export const mutations: fc.Arbitrary<Mutation> = fc
  .record({
    claims: fc.array(claimEdit, { maxLength: 2 }),
    header: fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(headerEdit, { maxLength: 2 }) },
    ),
    claimsTexture: rarely(textures, same),
    headerTexture: rarely(textures, same),
    spelling: fc.tuple(rarely(spellings, same), rarely(spellings, same), rarely(spellings, same)),
    signedAsSpelt: fc.boolean(),
    by: rarely([wrongKey, Buffer.alloc(0)], secret as Uint8Array),
    around: rarely(
      [(t: string) => ` ${t}`, (t: string) => `${t}\n`, (t: string) => `"${t}"`],
      same,
    ),
  })
  .map((m) => {
    const header = m.headerTexture(textOf(apply(goodHeader, m.header)))
    const claims = m.claimsTexture(textOf(apply(goodClaims, m.claims)))
    const plain = [base64url(header), base64url(claims)] as const
    const [speltHeader, speltClaims, speltSignature] = m.spelling
    const spelt = `${speltHeader(plain[0])}.${speltClaims(plain[1])}`
    const signature = mac(m.signedAsSpelt ? spelt : plain.join('.'), m.by)
    const token = m.around(`${spelt}.${speltSignature(signature)}`)
    const right = `${plain.join('.')}.${mac(plain.join('.'))}`
    return { token, header, claims, spoiled: token !== right }
  })

function textOf(members: Members): string {
  return `{${members.map(([name, value]) => `${json(name)}:${value}`).join(',')}}`
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url')
}
