import { computed, signal } from '@preact/signals'
import { ApiError, createCalls } from 'jotgate/api-spec/client'
import { fromSession, jwtClient } from 'jotgate/client'
import { createClient as createAccountsApi } from '../api/accounts/generated/client.js'
import { createClient } from '../api/admin/generated/client.js'
import { createClient as createAuditApi } from '../api/audit/generated/client.js'
import { createClient as createClientsApi } from '../api/clients/generated/client.js'
import { isProfile, readProblem, type Problem, type Profile } from './problem.js'

/** The console's user: not known yet, none, or an account. */
export type Visitor =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'nobody'; readonly why: 'new' | 'ended' | 'left' }
  | { readonly kind: 'failed'; readonly problem: Problem }
  | { readonly kind: 'user'; readonly profile: Profile }

/** Records only that this browser has logged in; the session itself is in cookies that scripts cannot read. */
const marker = 'jotgate-console-session'

const session = fromSession({
  cookies: true,
  endpoint: '/console/refresh',
  tabs: 'jotgate-console',
  onEvent: ({ kind }) => {
    if (kind === 'signed-out') becomeNobody('ended')
    if (kind === 'adopted') void restoreIfNobody()
  },
})
const own = jwtClient({ source: session, origins: [location.origin] })

/** An act that waits for the user's password. */
interface Unconfirmed {
  readonly goOn: () => void
  readonly giveUp: (reason: Error) => void
}

/** Set while the password is asked for. */
export const unconfirmed = signal<Unconfirmed | undefined>(undefined)

const settings = {
  baseUrl: location.origin,
  source: session,
  onStepUp: () =>
    new Promise<void>((goOn, giveUp) => {
      unconfirmed.value = { goOn, giveUp }
    }),
}

/** The administrators' API, called as the logged-in user. */
export const api = createClient(settings)

/** The part of it for users and their locks. */
export const accountsApi = createAccountsApi(settings)

/** The part of it for OAuth clients. */
export const clientsApi = createClientsApi(settings)

/** POST /user/sessions/end-others: ends the user's sessions but this one; how many. */
export async function endOwnOthers(): Promise<number> {
  const route = { method: 'POST', path: '/user/sessions/end-others', guarded: true } as const
  const { ended } = (await createCalls(settings).call(route, {})) as { ended: number } // as user.api declares it
  return ended
}

/** The console's user. */
export const visitor = signal<Visitor>({ kind: 'unknown' })

/** The part of it for the audit log. */
export const auditApi = createAuditApi(settings)

const permissions = computed(() =>
  visitor.value.kind === 'user' ? visitor.value.profile.permissions : [],
)

/** Whether the user is an administrator of any kind. */
export const isAdmin = computed(() => permissions.value.length > 0)

/** A guard of `accounts.api`, `admin.api`, `clients.api` or `audit.api` that the console asks about. */
export type Permission =
  | `Read${'Users' | 'Sessions' | 'Revocations' | 'Keys' | 'Traffic' | 'Clients' | 'Audit'}`
  | `Change${'Users' | 'Keys' | 'Clients'}`
  | 'EndSessions'
  | 'InspectTokens'
  | 'Revoke'

/** Whether the user has a permission, as far as the console knows. */
export function may(permission: Permission): boolean {
  return permissions.value.includes(permission)
}

/** Checks for an earlier session. Never rejects. */
export async function restore(): Promise<void> {
  if (localStorage.getItem(marker) === null) {
    becomeNobody('new')
    return
  }
  visitor.value = { kind: 'unknown' }
  try {
    const response = await own.fetch('/user/profile', { cache: 'no-store' })
    const body = await readJson(response)
    if (response.ok && isProfile(body)) visitor.value = { kind: 'user', profile: body }
    else if (response.status === 401) becomeNobody('ended')
    else visitor.value = { kind: 'failed', problem: readProblem(response.status, body) }
  } catch (error) {
    // The sign-out was already reported as an event.
    if (visitor.peek().kind === 'unknown')
      visitor.value = { kind: 'failed', problem: readProblem(0, error) }
  }
}

/** What a login sends. */
export interface Credentials {
  readonly username: string
  readonly password: string
  /** Of the second factor; empty: none. */
  readonly code: string
}

/**
 * Logs in; returns undefined on success, otherwise the problem to show.
 *
 * Never rejects.
 */
export async function login({
  username,
  password,
  code,
}: Credentials): Promise<Problem | undefined> {
  try {
    const response = await fetch('/console/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password, ...given(code) }),
    })
    const body = await readJson(response)
    if (!response.ok) {
      return readProblem(response.status, body, response.headers.get('retry-after'))
    }
    localStorage.setItem(marker, '1')
    await session.signIn(isRecord(body) ? body : {})
    await restore()
    return undefined
  } catch (error) {
    return readProblem(0, error)
  }
}

/**
 * Ends the session, at the service first; returns undefined on success, otherwise the problem. Never rejects.
 */
export async function logout(): Promise<Problem | undefined> {
  try {
    const response = await fetch('/console/logout', { method: 'POST' })
    if (!response.ok) return readProblem(response.status, await readJson(response))
    becomeNobody('left')
    await session.signOut()
    return undefined
  } catch (error) {
    return readProblem(0, error)
  }
}

/**
 * Confirms the user's password and second factor, and goes on with what waits for it; returns undefined on success, otherwise the problem.
 * Never rejects.
 */
export async function confirmLogin({
  password,
  code,
}: Pick<Credentials, 'password' | 'code'>): Promise<Problem | undefined> {
  try {
    const response = await own.fetch('/console/confirm', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ password, ...given(code) }),
    })
    const body = await readJson(response)
    if (!response.ok) {
      return readProblem(response.status, body, response.headers.get('retry-after'))
    }
    await session.signIn(isRecord(body) ? body : {})
    unconfirmed.peek()?.goOn()
    unconfirmed.value = undefined
    return undefined
  } catch (error) {
    return readProblem(0, error)
  }
}

/** The user does not enter the password: what waits for it is not done. */
export function leaveUnconfirmed(): void {
  unconfirmed.peek()?.giveUp(new Error('the password was not entered'))
  unconfirmed.value = undefined
}

/**
 * A call of the first-party API as the logged-in user; returns the body.
 *
 * @throws ApiError for a refusal
 * @example await callOwn('GET', '/user/second-factor')
 */
export async function callOwn(method: string, path: string, body?: object): Promise<unknown> {
  const response = await own.fetch(path, {
    method,
    cache: 'no-store',
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const answer = await readJson(response)
  if (!response.ok) throw new ApiError(response.status, answer)
  return answer
}

/** Handles a call that was refused although its session had just been renewed. */
export function sessionEnded(): void {
  becomeNobody('ended')
}

function becomeNobody(why: 'new' | 'ended' | 'left'): void {
  leaveUnconfirmed()
  localStorage.removeItem(marker)
  if (visitor.peek().kind !== 'nobody') visitor.value = { kind: 'nobody', why }
}

/** Another tab has logged in. */
async function restoreIfNobody(): Promise<void> {
  if (visitor.peek().kind === 'nobody' && localStorage.getItem(marker) !== null) await restore()
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text()
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined // not from the service: a proxy's page, or nothing
  }
}

function given(code: string): { readonly code?: string } {
  return code === '' ? {} : { code }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
