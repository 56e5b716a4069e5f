import { type System } from './outcomes.js'

/** Where the presets differ from the Go systems on purpose. */
export interface Difference {
  readonly why: string
  /** The checks, by `Ending.by`, that make the difference. */
  readonly by: readonly string[]
  /** The rows that show it, by system: those of the file of outcomes, and our own. */
  readonly rows: Readonly<Partial<Record<System, readonly string[]>>>
}

const registered = ['iat string', 'iat null', 'aud [1]', 'iss number']
/** Signed with the right key and HS256, or not signed well: a server for HS384 looks no further than `alg`. */
const beforeTheSignature = [
  ...['trailing space', 'token with trailing junk word', 'signature with = padding'],
  ...['empty signature', 'bad signature (flipped last char)', 'signature bad base64'],
  ...['payload not base64', 'payload not JSON', 'payload array', 'payload number', 'payload BOM'],
  ...['payload trailing garbage', 'exp past', 'exp string number', 'exp empty string'],
  ...['exp 1e300', 'exp 1e400', 'exp 9223372036854775807', 'exp object', 'nbf string', 'nbf null'],
  ...['exp past + iat future', 'exp past + wrong signature'],
]
const unknownAlgorithms = [
  'alg unknown XX256',
  'alg hs256 lower-case',
  'alg None',
  'alg RS256 real RSA token vs []byte key',
]

/** Every difference by its name in `docs/moving/kratos-and-go-zero.md`. */
export const differences: Readonly<Record<string, Difference>> = {
  'alg is pinned before anything else': {
    why: 'RFC 8725 3.1. A token of another algorithm is told so, whatever else is wrong with it; go-zero takes any HMAC.',
    by: ['ALGORITHM_REFUSED alg'],
    rows: {
      kratos: [...unknownAlgorithms, 'alg none', 'HS512 header, HS256 signature'],
      kratos_custom: unknownAlgorithms,
      kratos_hs384: [...unknownAlgorithms, ...beforeTheSignature],
      gozero: ['alg HS384 same key'],
    },
  },
  'secrets have the length of the hash': {
    why: 'RFC 7518 3.2. The 34 bytes of these rows are no key for HS384, so that server has another key.',
    by: ['SIGNATURE_INVALID'],
    rows: { kratos_hs384: ['alg HS384 same key'] },
  },
  'crit is obeyed': {
    why: 'RFC 7515 4.1.11: who does not understand an extension must refuse.',
    by: ['HEADER_REFUSED crit'],
    rows: {
      kratos: ['crit header'],
      kratos_custom: ['crit header'],
      gozero: ['crit header'],
    },
  },
  'other kinds of token are refused': {
    why: 'RFC 8725 3.11: a logout token or a proof signed with the same key is no access token.',
    by: ['TYPE_MISMATCH typ'],
    rows: { kratos: ['typ logout+jwt'], gozero: ['typ logout+jwt'] },
  },
  'member names are unique': {
    why: 'RFC 7515 10.12: two readers must not see two tokens.',
    by: ['TOKEN_JSON duplicate'],
    rows: {
      kratos: ['duplicate alg none then HS256', 'payload duplicate keys'],
      kratos_custom: ['duplicate alg none then HS256', 'payload duplicate keys'],
      kratos_hs384: ['duplicate alg none then HS256'],
      gozero: ['duplicate alg none then HS256', 'payload duplicate keys'],
    },
  },
  'claims are one JSON object': {
    why: 'RFC 7519 7.2: neither null nor an object with something behind it.',
    by: ['TOKEN_JSON not an object', 'TOKEN_JSON syntax'],
    rows: {
      kratos: ['payload null'],
      kratos_custom: ['payload null'],
      gozero: ['payload null', 'payload trailing garbage'],
    },
  },
  'a token has one spelling': {
    why: 'RFC 7515 2: with spare bits open, one token has four texts, and a blocklist of texts holds one of them.',
    by: ['TOKEN_MALFORMED'],
    rows: { kratos: ['spare bits of the signature'], gozero: ['spare bits of the signature'] },
  },
  'the signature comes before the claims': {
    why: 'What nobody signed is not decoded; Kratos decodes first and names that fault.',
    by: ['SIGNATURE_INVALID'],
    rows: { kratos: ['payload not base64'], kratos_custom: ['payload not base64'] },
  },
  'exp 0 is the year 1970': {
    why: 'RFC 7519 4.1.4. golang-jwt 5.3.1 takes it for absent; its main branch does not any more.',
    by: ['TOKEN_EXPIRED exp'],
    rows: { kratos: ['exp 0'] },
  },
  'dates are numbers that a double holds': {
    why: 'Refused on both sides. Go wraps them round and calls them expired; here they are no date.',
    by: ['TOKEN_JSON number', 'CLAIM_INVALID exp'],
    rows: {
      kratos: ['exp 1e300', 'exp 9223372036854775807', 'exp text + nbf future'],
      kratos_custom: ['exp 1e300', 'exp 9223372036854775807'],
    },
  },
  'iat in the future is refused': {
    why: 'Such a token would outlive every revocation of what was issued until now. go-zero refuses it too.',
    by: ['TOKEN_NOT_YET_VALID iat'],
    rows: { kratos: ['iat future'], kratos_custom: ['iat future'] },
  },
  'registered claims have their types': {
    why: 'RFC 7519 4.1: handlers are promised a number and a text. A Go struct reads quoted dates and null as well.',
    by: [
      'CLAIM_INVALID iat',
      'CLAIM_INVALID aud',
      'CLAIM_INVALID iss',
      'CLAIM_INVALID exp',
      'CLAIM_INVALID nbf',
    ],
    rows: {
      kratos: registered,
      kratos_custom: [
        ...registered,
        ...['exp string number', 'exp empty string', 'exp object', 'nbf string', 'nbf null'],
      ],
      gozero: ['aud [1]', 'iss number'],
    },
  },
  'claims are as they were signed': {
    why: 'A Go struct takes EXP for exp and cuts fractions off; here a name is a name and a number a number.',
    by: ['accepted'],
    rows: { kratos_custom: ['exp float', 'custom EXP upper-case past'] },
  },
  'integers are never rounded': {
    why: 'Beyond 2^53 Kratos hands the handler another id than was signed; here it is a bigint.',
    by: ['accepted'],
    rows: { kratos: ['integer beyond 2^53'] },
  },
}
