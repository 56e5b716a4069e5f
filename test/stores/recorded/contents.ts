import type { RevocationEntry } from '../../../src/revocation/ports.js'
import type { RotateRequest, StoredSession } from '../../../src/session/ports.js'

/** When everything in a recording takes place, in Unix seconds. What stands here never changes: recordings hold it. */
export const start = 1_800_000_000
const later = start + 1000
export const issuer = 'https://auth.example'

/** The key of every recorded ring: it protects nothing. */
export const encryptionKey = Uint8Array.from({ length: 32 }, (_, at) => at)

/** How long tokens of a recorded ring live, in seconds. */
export const tokenLife = 60

function session(name: string): StoredSession {
  return {
    id: `id-${name}`,
    sid: `sid-${name}`,
    subject: 'user-1',
    client: 'web',
    scope: 'read write',
    audience: ['api'],
    generation: 0,
    parent: -1,
    createdAt: start,
    rotatedAt: start,
    absoluteExpiry: start + 2_592_000,
    idleExpiry: start + 604_800,
    meta: { userAgent: 'Recorded/1.0' },
  }
}

/** As each begins; `rotated` is rotated twice afterwards, `ended` is ended. */
export const sessions = {
  fresh: session('fresh'),
  rotated: session('rotated'),
  ended: { ...session('ended'), subject: 'user-2' },
} as const

/** A refresh of a session, so many minutes after its login. */
export function request(
  { id, client }: StoredSession,
  presented: number,
  minutes: number,
): RotateRequest {
  const now = start + 60 * minutes
  return { id, presented, client, now, grace: 10, recoverWithin: 3600, idleTtl: 604_800 }
}

/** One revocation of each kind. */
export const revocations: readonly RevocationEntry[] = [
  { kind: 'jti', issuer, value: 'token-1', expiresAt: later },
  { kind: 'sid', issuer, value: 'sid-ended', expiresAt: later },
  { kind: 'client', issuer, value: 'app', expiresAt: later },
  { kind: 'sub', issuer, value: 'user-2', before: start + 7, expiresAt: later },
  { kind: 'all', issuer: 'https://other.example', before: start, expiresAt: later },
]

/** What a store begins with when its first feed is opened. */
export const firstEntry = { kind: 'all', issuer, before: start - 100, expiresAt: later } as const

/** Users of the service. */
export const users = [
  {
    id: 'user-1',
    username: 'alice',
    passwordHash: '$recorded$1',
    roles: ['admin', 'auditor'],
    disabled: false,
    displayName: 'Alice',
    email: 'alice@example.com',
  },
  {
    id: 'user-2',
    username: 'bob',
    passwordHash: '$recorded$2',
    roles: [],
    disabled: true,
    displayName: "Bob o'Neil",
    email: '',
  },
] as const

/** What clients of the service are checked against. */
export const times = {
  accessTtl: 900,
  absoluteTtl: 86_400,
  idleTtl: 3600,
  grace: 10,
  recoverWithin: 0,
} as const

/** Of the first user, in recordings that have attributes; those have the times of users too. */
export const attributes = {
  department: 'sales',
  level: 3,
  remote: true,
  teams: ['a', "b'c"],
} as const

/** A client of the service; its id and secret are drawn. */
export const client = {
  name: 'Billing',
  kind: 'confidential',
  grants: ['client_credentials'],
  scopes: ['invoices:read', 'invoices:write'],
  audiences: ['api'],
  policy: { accessTtl: 60 },
} as const

/** A client that logs users in; its id and key are drawn. Only in recordings that have registrations for it. */
export const site = {
  name: 'Shop',
  kind: 'confidential',
  grants: ['authorization_code', 'refresh_token'],
  scopes: ['openid'],
  audiences: ['shop'],
  signIn: {
    redirectUris: ['https://shop.example/callback'],
    postLogoutRedirectUris: [],
    applicationType: 'web',
    idTokenAlg: 'ES256',
    backchannelLogoutUri: 'https://shop.example/logged-out',
    requirePkce: true,
    consent: 'ask',
    offline: false,
    allowedRoles: ['admin'],
  },
} as const

/** `jti` of an assertion that the site has authenticated with. */
export const usedAssertion = 'assertion-1'

/** A message that waits in the outbox of the service. */
export const outboxMessage = {
  ...{ id: 'event-1', topic: 'webhook', target: 'https://hooks.example/jotgate' },
  body: '{"id":"event-1","type":"session.ended"}',
} as const

/** What a process says of its revocations. */
export const status = {
  ready: true,
  entries: 5,
  staleness: 0.5,
  epoch: 'e',
  cutOffAhead: 0,
} as const
