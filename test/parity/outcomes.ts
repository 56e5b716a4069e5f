import { createHmac, randomBytes } from 'node:crypto'
import { AuthError } from '../../src/foundation/errors.js'
import { hmacKey } from '../../src/key/index.js'
import { type Claims, createVerifier } from '../../src/token/index.js'
import { createGate, presets, type Gate } from '../../src/gate/index.js'
import { fakeCall } from '../gate/calls.js'
import { shortSecret } from '../setup/short-secret.js'

/** A server of the Go systems: Kratos with its defaults, with a claims struct, with HS384; go-zero. */
export type System = 'kratos' | 'kratos_custom' | 'kratos_hs384' | 'gozero'

/** What a system made of one header. `key` is a text of 34 bytes there. */
export interface Row {
  readonly name: string
  /** The value of the header; undefined where there is none. */
  readonly authorization: string | undefined
  readonly kratos: KratosOutcome
  readonly kratos_custom?: KratosOutcome
  readonly kratos_hs384?: KratosOutcome
  readonly gozero: { readonly status: number; readonly ctx?: Readonly<Record<string, string>> }
}

type KratosOutcome = string | { readonly ok: true; readonly claims: unknown }

/** The secret of the rows and the time they were run at, as in the file of outcomes. */
export const secret = 'testKey-0123456789-0123456789-abc'
export const startedAt = 1_795_343_895

// The secret is what the rows are signed with, and no good one.
const key = hmacKey(Buffer.from(secret), 'HS256', { accept: shortSecret })
const longKey = hmacKey(randomBytes(48), 'HS384')
const now = () => startedAt

/** The same four servers, made of presets. HS384 takes a key of its own: 34 bytes are too short for it. */
export const gates: Readonly<Record<System, Gate<unknown>>> = {
  kratos: createGate({
    ...presets.kratos.server,
    verify: createVerifier({ ...presets.kratos.verifier, keys: key, now }),
  }),
  kratos_custom: createGate({
    ...presets.kratos.server,
    verify: createVerifier({ ...presets.kratos.verifier, keys: key, now, claims: readStruct }),
  }),
  kratos_hs384: createGate({
    ...presets.kratos.server,
    verify: createVerifier({
      ...presets.kratos.verifier,
      keys: longKey,
      algorithms: ['HS384'],
    }),
  }),
  gozero: createGate({
    ...presets.goZero.server,
    verify: createVerifier({ ...presets.goZero.verifier, keys: key, now }),
  }),
}

/** How a gate ended: what it lets handlers see or tells the caller, and by which check it refused. */
export interface Ending {
  readonly told: string
  /** Code and claim, or code and what was wrong with the JSON; `accepted`. */
  readonly by: string
}

/** Sends one header through a gate. */
export async function send(system: System, authorization: string | undefined): Promise<Ending> {
  const gate = gates[system]
  const fields = authorization === undefined ? [] : [['authorization', authorization] as const]
  try {
    const context = await gate.check(fakeCall({ fields }))
    return { told: tellAccepted(system, context?.claims), by: 'accepted' }
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    const { status, body } = gate.respond(error)
    const detail = error.claim ?? (typeof error.cause === 'string' ? error.cause : undefined)
    const by = detail === undefined ? error.code : `${error.code} ${detail}`
    return { told: system === 'gozero' ? `${String(status)} "${body}"` : kratosText(body), by }
  }
}

/** What the Go system told for the same header; undefined where it was not asked. */
export function toldThere(system: System, row: Row): string | undefined {
  if (system === 'gozero') {
    const { status, ctx = {} } = row.gozero
    const seen = Object.fromEntries(Object.entries(ctx).filter(([name]) => lookedUp.includes(name)))
    return status === 200 ? `ok ${sorted(seen)}` : `${String(status)} ""`
  }
  const outcome = row[system]
  if (outcome === undefined || typeof outcome === 'string') return outcome
  return `ok ${sorted(outcome.claims)}`
}

/** `Bearer` and a token of any header and claims text, with an HMAC of the secret above. */
export function bearer(header: object, claims: string, hash = 'sha256'): string {
  const encode = (text: string) => Buffer.from(text).toString('base64url')
  const input = `${encode(JSON.stringify(header))}.${encode(claims)}`
  return `Bearer ${input}.${createHmac(hash, secret).update(input).digest('base64url')}`
}

function tellAccepted(system: System, claims: unknown): string {
  return `ok ${sorted(system === 'gozero' ? contextOf(claims as Claims) : claims)}` // gozero has no schema
}

function kratosText(body: string): string {
  const { code, reason, message }: Record<string, unknown> = JSON.parse(body)
  return `${String(code)} ${String(reason)} ${JSON.stringify(message)}`
}

/** Claims of the rows that the runs of go-zero looked up in the context. */
const lookedUp = ['name', 'userId', 'role', 'f']

/** go-zero puts every claim but the registered ones into the context, numbers as they are written. */
function contextOf(claims: Claims): Readonly<Record<string, string>> {
  const own = Object.entries(claims).filter(([name]) => lookedUp.includes(name))
  return Object.fromEntries(
    own.map(([name, value]) => [
      name,
      typeof value === 'string' ? `string:${value}` : `json.Number:${String(value)}`,
    ]),
  )
}

/** `CustomClaims { Name string; RegisteredClaims }` of the Go tests: what is absent stays away, `aud` is a list. */
function readStruct({ name = '', iss, sub, aud, exp, nbf, iat, jti }: Claims): object {
  if (typeof name !== 'string') throw new TypeError('name must be text')
  const audience = aud === undefined ? undefined : [aud].flat()
  const struct = { name, iss, sub, aud: audience, exp, nbf, iat, jti }
  return Object.fromEntries(Object.entries(struct).filter(([, value]) => value !== undefined))
}

function sorted(value: unknown): string {
  const entries = Object.entries(value ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  const text = (_: string, each: unknown) => (typeof each === 'bigint' ? String(each) : each)
  return JSON.stringify(Object.fromEntries(entries), text)
}
