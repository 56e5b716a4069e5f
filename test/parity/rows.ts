import { bearer, type Row } from './outcomes.js'

/** Name, header, what Kratos says, the status of go-zero, and `name` in its context. */
const table: readonly [string, string | undefined, Row['kratos'], 200 | 401, string?][] = [
  ['upper-case bearer', `BEARER ${good().slice(7)}`, ok('x'), 200, 'x'],
  ['no header', undefined, missing(), 401],
  ['scheme alone', 'Bearer', missing(), 401],
  ['tab for the blank', good().replace(' ', '\t'), missing(), 401],
  ['Basic', 'Basic dTpw', missing(), 401],
  ['alg none', `Bearer ${encode('{"alg":"none"}')}.${encode('{}')}.`, invalid(), 401],
  ['HS512 header, HS256 signature', token('{}', { alg: 'HS512' }), unparsed(), 401],
  ['spare bits of the signature', respell(good()), ok('x'), 200, 'x'],
  ['typ at+jwt', token('{"name":"x"}', { typ: 'at+jwt' }), ok('x'), 200, 'x'],
  ['typ logout+jwt', token('{"name":"x"}', { typ: 'logout+jwt' }), ok('x'), 200, 'x'],
  ['exp negative', token('{"exp":-1}'), expired(), 401],
  ['exp null', token('{"exp":null}'), unparsed(), 401],
  ['exp true', token('{"exp":true}'), unparsed(), 401],
  ['exp text + nbf future', token('{"exp":"x","nbf":4102444800}'), expired(), 401],
  ['nbf 0', token('{"nbf":0,"name":"x"}'), { ok: true, claims: { nbf: 0, name: 'x' } }, 200, 'x'],
  ['nbf future', token('{"nbf":4102444800}'), expired(), 401],
  ['exp past + nbf future', token('{"exp":1,"nbf":4102444800}'), expired(), 401],
]

/**
 * What is known of both systems beside the file of outcomes: header values and claims of Kratos 2.9.2 on golang-jwt
 * 5.3.1 and of go-zero on golang-jwt 4.5.2.
 */
export const rows: readonly Row[] = table.map(([name, authorization, kratos, status, ctxName]) => ({
  name,
  authorization,
  kratos,
  gozero: { status, ...(ctxName === undefined ? {} : { ctx: { name: `string:${ctxName}` } }) },
}))

/** `userId` has a digit more than a double; go-zero hands its text on, Kratos the rounded number. */
export const bigInteger: Row = {
  name: 'integer beyond 2^53',
  authorization: token('{"userId":9007199254740993}'),
  kratos: { ok: true, claims: { userId: 9007199254740992 } },
  gozero: { status: 200, ctx: { userId: 'json.Number:9007199254740993' } },
}

function good(): string {
  return token('{"name":"x"}')
}

function token(claims: string, header: object = {}): string {
  return bearer({ alg: 'HS256', typ: 'JWT', ...header }, claims)
}

/** The same bytes, spelled with one of the two spare bits of the last character set. */
function respell(authorization: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = alphabet.indexOf(authorization.slice(-1))
  return authorization.slice(0, -1) + alphabet.charAt(last | 1)
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url')
}

function ok(name: string): Row['kratos'] {
  return { ok: true, claims: { name } }
}

function missing(): string {
  return '401 UNAUTHORIZED "JWT token is missing"'
}

function invalid(): string {
  return '401 UNAUTHORIZED "Token is invalid"'
}

function unparsed(): string {
  return '401 UNAUTHORIZED "Fail to parse JWT token "'
}

function expired(): string {
  return '401 UNAUTHORIZED "JWT token has expired"'
}
