import { randomBytes } from 'node:crypto'
import { isText } from '../foundation/names.js'
import type { Call } from '../gate/call.js'
import { isSame } from './id-token.js'
import type { Seal } from './seal.js'
import { clearSiteCookie, setSiteCookie } from './site-cookies.js'

/** A login on its way. It stays in the browser that has begun it, sealed. */
export interface Transaction {
  readonly state: string
  readonly nonce: string
  /** The secret of PKCE (RFC 7636 section 4.1). */
  readonly verifier: string
  readonly returnTo: string
  readonly issuer: string
  /** Unix seconds. */
  readonly begunAt: number
  /** The login must not be before this Unix time. */
  readonly loggedInSince?: number
  readonly acrValues?: readonly string[]
  /** Whether no page of the provider may appear: `prompt=none`. */
  readonly silent?: true
}

/** What a login adds to the random parts. */
export type Begun = Omit<Transaction, 'state' | 'nonce' | 'verifier'>

/** A transaction, and the cookie that it is in. */
export interface HeldTransaction extends Transaction {
  /** The `Set-Cookie` value that deletes it. */
  readonly clear: string
}

/** Seconds in which a login has to come back. */
export const transactionLife = 600
/** More would fill the header of each request, until servers refuse it (431). */
const mostAtOnce = 5
const mostBytes = 6000
const prefix = '__Host-login.'
/** The time in base 36, so that names sort by age, and the beginning of the state. */
const name = /^__Host-login\.[0-9a-z]{6,8}\.[\w-]{8}$/

/**
 * Begins a transaction: returns it, and the `Set-Cookie` values that keep it and delete the oldest ones beyond five.
 *
 * @example const { transaction, setCookie } = beginTransaction(seal, call, begun)
 */
export function beginTransaction(
  seal: Seal,
  call: Pick<Call, 'header'>,
  begun: Begun,
): { readonly transaction: Transaction; readonly setCookie: readonly string[] } {
  const [state, nonce, verifier] = [random(), random(), random()]
  const transaction = { ...begun, state, nonce, verifier }
  const cookie = `${prefix}${Math.floor(begun.begunAt).toString(36)}.${state.slice(0, 8)}`
  const value = seal.seal(transaction, cookie)
  const kept = setSiteCookie(lax(cookie), { value, maxAge: transactionLife })
  return { transaction, setCookie: [...tooMany(call, value.length), kept] }
}

/**
 * The transaction that an answer belongs to: of this browser, with this state, and not older than ten minutes.
 *
 * @example findTransaction(seal, call, { state, now: 1_700_000_000 })
 */
export function findTransaction(
  seal: Seal,
  call: Pick<Call, 'header'>,
  { state, now }: { readonly state: string; readonly now: number },
): HeldTransaction | undefined {
  const wanted = cookiesOf(call).filter((each) => each.name.endsWith(`.${state.slice(0, 8)}`))
  for (const { name, value } of wanted) {
    const found = readTransaction(seal.open(value, name))
    if (found === undefined || !isSame(found.state, state)) continue
    const age = now - found.begunAt
    if (age > transactionLife || age < -transactionLife) continue
    return { ...found, clear: clearSiteCookie(lax(name)) }
  }
  return undefined
}

interface Cookie {
  readonly name: string
  readonly value: string
}

/** The newest last. */
function cookiesOf(call: Pick<Call, 'header'>): readonly Cookie[] {
  return call
    .header('cookie')
    .flatMap((field) => field.split(';'))
    .map((pair) => {
      const [found = '', ...rest] = pair.trim().split('=')
      return { name: found, value: rest.join('=') }
    })
    .filter((cookie) => name.test(cookie.name))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
}

function tooMany(call: Pick<Call, 'header'>, added: number): readonly string[] {
  const held = [...cookiesOf(call)]
  const removed: string[] = []
  const bytes = () => held.reduce((sum, { value }) => sum + value.length, added)
  while (held.length >= mostAtOnce || (held.length > 0 && bytes() > mostBytes)) {
    const oldest = held.shift()
    if (oldest !== undefined) removed.push(clearSiteCookie(lax(oldest.name)))
  }
  return removed
}

/** `Strict` cookies are missing when the provider sends the browser back. */
function lax(cookie: string): { readonly name: string; readonly sameSite: 'Lax' } {
  return { name: cookie, sameSite: 'Lax' }
}

/** It was sealed by this site, in this or an earlier release. */
function readTransaction(
  given: Readonly<Record<string, unknown>> | undefined,
): Transaction | undefined {
  if (given === undefined) return undefined
  const { state, nonce, verifier, returnTo, issuer, begunAt } = given
  if (!isText(state) || !isText(nonce) || !isText(verifier)) return undefined
  if (!isText(returnTo) || !isText(issuer) || typeof begunAt !== 'number') return undefined
  const { loggedInSince, acrValues, silent } = given
  return {
    ...{ state, nonce, verifier, returnTo, issuer, begunAt },
    ...(typeof loggedInSince === 'number' ? { loggedInSince } : {}),
    ...(Array.isArray(acrValues) ? { acrValues: acrValues.map(String) } : {}),
    ...(silent === true ? { silent } : {}),
  }
}

/** 256 bits. */
function random(): string {
  return randomBytes(32).toString('base64url')
}
