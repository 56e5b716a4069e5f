import { createHmac } from 'node:crypto'
import { signCompact } from '../../../src/token/index.js'
import { signSigningInput } from '../../../src/key/signature/sign.js'
import type { Bench, Members } from './bench.js'

/** `iss` of the service that is attacked. */
export const issuer = 'https://auth.example'

const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** Makes a token that must not be good. */
export type Forge = (bench: Bench) => string | Promise<string>

/** What mallory would like to be. */
const wish = (claims: Members): Members => ({ ...claims, sub: 'admin', roles: ['admin'] })

const without = (name: string, members: Members): Members =>
  Object.fromEntries(Object.entries(members).filter(([each]) => each !== name))

const signature = (token: string) => token.split('.')[2] ?? ''
const keepSignature =
  (change: (bench: Bench) => { header?: Members; claims?: Members }): Forge =>
  (given) => {
    const { header = given.header, claims = given.claims } = change(given)
    return `${encode(header)}.${encode(claims)}.${signature(given.token)}`
  }
const unsigned =
  (alg: string, end: (token: string) => string = () => ''): Forge =>
  ({ header, claims, token }) =>
    `${encode({ ...header, alg })}.${encode(wish(claims))}.${end(token)}`
const withHmac =
  (key: (bench: Bench) => string | Buffer, header: Members = {}, hash = '256'): Forge =>
  (given) => {
    const members = { ...given.header, alg: `HS${hash}`, ...header }
    const input = `${encode(members)}.${encode(wish(given.claims))}`
    return `${input}.${createHmac(`sha${hash}`, key(given)).update(input).digest('base64url')}`
  }
const byAttacker =
  (header: (bench: Bench) => Members): Forge =>
  (given) => {
    const rest = without('kid', given.header)
    const input = `${encode({ ...rest, ...header(given) })}.${encode(wish(given.claims))}`
    return `${input}.${given.attacker.sign(input).toString('base64url')}`
  }
/** Signed with the service's own key: only what is said can be wrong. */
export const byService =
  (change: Members, header: Members = {}): Forge =>
  async ({ claims, key }) => {
    const members = { alg: key.alg, kid: key.kid, typ: 'at+jwt', ...header }
    const input = `${encode(members)}.${encode({ ...claims, ...change })}`
    return `${input}.${await signSigningInput(key, input)}`
  }

const hour = 3600
const now = () => Math.floor(Date.now() / 1000)
const nones = ['none', 'None', 'NONE', 'nOnE', 'none ', ' none', 'none\0', 'nonE\n', '', 'null']
const weak = [
  '',
  ' ',
  'secret',
  'password',
  'secret1',
  'changeme',
  'jwt',
  'your-256-bit-secret',
  '0',
]
const paths = [
  '',
  '/dev/null',
  '../../../../../../../dev/null',
  '..\\..\\..\\nul',
  '/proc/sys/kernel/randomize_va_space',
  'file:///dev/null',
  '/invalid_path',
]
const injections = [
  "x' UNION SELECT '1';--",
  "x' UNION SELECT 'x' -- ",
  "' OR '1'='1",
  '|sleep 10',
  '$(sleep 10)',
  '*)(uid=*',
  '__proto__',
  'constructor',
]
const wrongValues = [null, true, 0, {}, [], '']
const claimNames = ['iss', 'aud', 'sub', 'exp', 'iat', 'jti', 'sid', 'client_id']

/** What jwt_tool tries, PortSwigger's eight labs, and what the advisories of other libraries were about. */
export const attacks: readonly [string, Forge][] = [
  [
    'claims changed under the old signature',
    keepSignature(({ claims }) => ({ claims: wish(claims) })),
  ],
  [
    'a longer life under the old signature',
    keepSignature(({ claims }) => ({ claims: { ...claims, exp: 9_999_999_999 } })),
  ],
  [
    'a header changed under the old signature',
    keepSignature(({ header }) => ({ header: { ...header, x: 1 } })),
  ],
  ...nones.flatMap((alg): [string, Forge][] => [
    [`alg ${JSON.stringify(alg)} and no signature`, unsigned(alg)],
    [`alg ${JSON.stringify(alg)} and the old signature`, unsigned(alg, signature)],
  ]),
  [
    'no alg at all',
    ({ header, claims }) => `${encode(without('alg', header))}.${encode(wish(claims))}.`,
  ],
  ['no signature (CVE-2020-28042)', ({ token }) => token.slice(0, token.lastIndexOf('.') + 1)],
  ['no third part', ({ token }) => token.slice(0, token.lastIndexOf('.'))],
  ['half a signature', ({ token }) => token.slice(0, -170)],
  [
    'zeros for an ECDSA signature (CVE-2022-21449)',
    unsigned('ES256', () => Buffer.alloc(64).toString('base64url')),
  ],
  [
    'zeros in DER for the same',
    unsigned('ES256', () => Buffer.from('3006020100020100', 'hex').toString('base64url')),
  ],
  ['zeros for an RSA signature', unsigned('RS256', () => Buffer.alloc(256).toString('base64url'))],
  ...(['pem', 'pemWithoutEnd', 'pkcs1', 'der', 'jwk'] as const).flatMap((form) =>
    ['256', '384', '512'].map((hash): [string, Forge] => [
      `HS${hash} with the public key as ${form} (CVE-2016-5431)`,
      withHmac(({ publicForms }) => publicForms[form], {}, hash),
    ]),
  ),
  ...weak.map((secret): [string, Forge] => [
    `HS256 with the secret "${secret}"`,
    withHmac(() => secret),
  ]),
  ...paths.map((kid): [string, Forge] => [
    `kid ${JSON.stringify(kid)} and an empty secret`,
    withHmac(() => '', { kid }),
  ]),
  [
    'kid of a file that holds 2',
    withHmac(() => '2', { kid: '/proc/sys/kernel/randomize_va_space' }),
  ],
  ['kid of a file of zeros', withHmac(() => Buffer.alloc(1), { kid: '/dev/zero' })],
  ...injections.flatMap((kid): [string, Forge][] => [
    [`kid ${JSON.stringify(kid)}, HS256`, withHmac(() => 'x', { kid })],
    [`kid ${JSON.stringify(kid)}, RS256`, byAttacker(() => ({ kid }))],
  ]),
  ['its own key in jwk (CVE-2018-0114)', byAttacker(({ attacker }) => ({ jwk: attacker.jwk }))],
  [
    'its own key in jwk, under the kid of the service',
    byAttacker(({ attacker, header }) => ({ jwk: attacker.jwk, kid: header['kid'] })),
  ],
  [
    'its own set in jku',
    byAttacker(({ canary: at }) => ({ jku: `${at}/jwks.json`, kid: 'attacker' })),
  ],
  [
    'its own set in jku, looking like the issuer’s',
    byAttacker(({ canary: at }) => ({
      jku: `${issuer}@${at.slice(7)}/jwks.json`,
      kid: 'attacker',
    })),
  ],
  ['its own certificate in x5u', byAttacker(({ canary: at }) => ({ x5u: `${at}/cert.pem` }))],
  ['its own certificate in x5c', byAttacker(() => ({ x5c: ['MIIB'] }))],
  ['an address in kid', byAttacker(({ canary: at }) => ({ kid: `${at}/jwks.json` }))],
  [
    'an address in iss',
    ({ attacker, header, claims, canary: at }) => {
      const input = `${encode(header)}.${encode({ ...claims, iss: at })}`
      return `${input}.${attacker.sign(input).toString('base64url')}`
    },
  ],
  [
    'its own key, under the kid of the service',
    byAttacker(({ header }) => ({ kid: header['kid'] })),
  ],
  ...['RS384', 'RS512', 'PS256', 'ES256', 'EdDSA', 'rs256', 'RS256 '].map(
    (alg): [string, Forge] => [
      `the old signature under alg ${JSON.stringify(alg)}`,
      keepSignature(({ header }) => ({ header: { ...header, alg } })),
    ],
  ),
  ['a token that has expired', byService({ iat: now() - 2 * hour, exp: now() - hour })],
  ['a token that lives for ever', byService({ exp: undefined })],
  ['an exp that is text', byService({ exp: String(now() + hour) })],
  [
    'an exp beyond all numbers',
    ({ claims, key }) =>
      signCompact(Buffer.from(JSON.stringify(claims).replace(/"exp":\d+/, '"exp":1e999')), key, {
        typ: 'at+jwt',
      }),
  ],
  ['a token of the future', byService({ nbf: now() + hour })],
  ['a token issued in the future', byService({ iat: now() + hour, exp: now() + 2 * hour })],
  ['a token for another audience', byService({ aud: 'other' })],
  ['a token for an audience that begins alike', byService({ aud: 'api2' })],
  ['a token of another issuer', byService({ iss: 'https://evil.example' })],
  ['a token of an issuer that begins alike', byService({ iss: `${issuer}.evil.example` })],
  ...claimNames.flatMap((name) => [
    ...wrongValues.map((value): [string, Forge] => [
      `${name} that is ${JSON.stringify(value)}`,
      byService({ [name]: value }),
    ]),
    [`no ${name}`, byService({ [name]: undefined })] as [string, Forge],
  ]),
  ...['JWT', 'dpop+jwt', 'logout+jwt', 'at+JWT2', ''].map((typ): [string, Forge] => [
    `typ "${typ}"`,
    byService({}, { typ }),
  ]),
  ['a header that is critical and unknown', byService({}, { crit: ['x'], x: 1 })],
  ['a payload that is not encoded (RFC 7797)', byService({}, { crit: ['b64'], b64: false })],
  ['a token in a token', byService({}, { cty: 'JWT' })],
  [
    'a claim given twice',
    ({ claims, key }) =>
      signCompact(Buffer.from(`{"sub":"admin",${JSON.stringify(claims).slice(1)}`), key, {
        typ: 'at+jwt',
      }),
  ],
  ['four parts', ({ token }) => `${token}.x`],
  ['padding', ({ token }) => `${token}=`],
  ['the alphabet of base64', ({ token }) => token.replaceAll('-', '+').replaceAll('_', '/') + '+'],
  ['a byte more', ({ token }) => `${token}A`],
  ['a line break', ({ token }) => token.replace('.', '%0a.')],
  [
    'JSON serialization',
    ({ token }) => {
      const [protectedHeader, payload, end] = token.split('.')
      return encode({ payload, protected: protectedHeader, signature: end })
    },
  ],
]
