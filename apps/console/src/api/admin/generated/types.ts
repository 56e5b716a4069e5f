// The types of admin-api. Generated from its .api file: changes are lost.
import * as $ from 'jotgate/api-spec/schema'

/** Expected and found are texts for people; code, claim with a failed check. */
export interface CheckResult {
  readonly name: string
  readonly verdict: 'pass' | 'fail' | 'not reached'
  readonly expected: string
  readonly found: string
  readonly rfc: string
  readonly code?: string
  readonly claim?: string
}
export const CheckResult: $.Schema<CheckResult> = $.object<CheckResult>(() => [
  { name: 'name', read: $.text() },
  { name: 'verdict', read: $.text({ options: ['pass', 'fail', 'not reached'] }) },
  { name: 'expected', read: $.text() },
  { name: 'found', read: $.text() },
  { name: 'rfc', read: $.text() },
  { name: 'code', optional: true, read: $.text() },
  { name: 'claim', optional: true, read: $.text() },
])

export interface Ended {
  readonly ended: number
}
export const Ended: $.Schema<Ended> = $.object<Ended>(() => [
  { name: 'ended', read: $.number({ whole: 'int64' }) },
])

export interface InspectReq {
  readonly token: string
}
export const InspectReq: $.Schema<InspectReq> = $.object<InspectReq>(() => [
  { name: 'token', read: $.text({ length: { from: 1, to: 8192 } }) },
])

/** Header and claims are as they stand in the token, verified or not; absent when they cannot be read. */
export interface Inspection {
  readonly ok: boolean
  readonly code?: string
  readonly now: number
  readonly header?: unknown
  readonly claims?: unknown
  readonly checks: readonly CheckResult[]
}
export const Inspection: $.Schema<Inspection> = $.object<Inspection>(() => [
  { name: 'ok', read: $.flag },
  { name: 'code', optional: true, read: $.text() },
  { name: 'now', read: $.number({ whole: 'int64' }) },
  { name: 'header', optional: true, read: $.anything },
  { name: 'claims', optional: true, read: $.anything },
  { name: 'checks', read: $.list($.ref(() => CheckResult)) },
])

export interface KeyReq {
  readonly kid: string
}
export const KeyReq: $.Schema<KeyReq> = $.object<KeyReq>(() => [
  { name: 'kid', from: 'path', read: $.text({ length: { from: 1, to: 128 } }) },
])

/** Ring is false where tokens are signed with a shared secret: there are no keys to show then. */
export interface Keys {
  readonly ring: boolean
  readonly now: number
  readonly problem?: string
  readonly keys: readonly RingKey[]
}
export const Keys: $.Schema<Keys> = $.object<Keys>(() => [
  { name: 'ring', read: $.flag },
  { name: 'now', read: $.number({ whole: 'int64' }) },
  { name: 'problem', optional: true, read: $.text() },
  { name: 'keys', read: $.list($.ref(() => RingKey)) },
])

/** Value names what is revoked, and is absent for all. Confirm repeats the word of the preview, if there is one. */
export interface NewRevocation {
  readonly kind: 'jti' | 'sid' | 'sub' | 'client' | 'all'
  readonly value?: string
  readonly confirm?: string
}
export const NewRevocation: $.Schema<NewRevocation> = $.object<NewRevocation>(() => [
  { name: 'kind', read: $.text({ options: ['jti', 'sid', 'sub', 'client', 'all'] }) },
  { name: 'value', optional: true, read: $.text({ length: { from: 1, to: 256 } }) },
  { name: 'confirm', optional: true, read: $.text({ length: { from: 1, to: 64 } }) },
])

/** One process of the service as it last wrote about itself; staleness in seconds, absent before its first heartbeat. */
export interface Process {
  readonly id: string
  readonly host: string
  readonly pid: number
  readonly current: boolean
  readonly startedAt: number
  readonly seenAt: number
  readonly ready: boolean
  readonly entries: number
  readonly staleness?: number
}
export const Process: $.Schema<Process> = $.object<Process>(() => [
  { name: 'id', read: $.text() },
  { name: 'host', read: $.text() },
  { name: 'pid', read: $.number({ whole: 'int64' }) },
  { name: 'current', read: $.flag },
  { name: 'startedAt', read: $.number({ whole: 'int64' }) },
  { name: 'seenAt', read: $.number({ whole: 'int64' }) },
  { name: 'ready', read: $.flag },
  { name: 'entries', read: $.number({ whole: 'int64' }) },
  { name: 'staleness', optional: true, read: $.number() },
])

/** An entry as this process heard of it; before is the time that a cut-off is about. */
export interface RecentRevocation {
  readonly kind: 'jti' | 'sid' | 'sub' | 'client' | 'all'
  readonly value: string
  readonly before?: number
  readonly seenAt: number
  readonly expiresAt: number
}
export const RecentRevocation: $.Schema<RecentRevocation> = $.object<RecentRevocation>(() => [
  { name: 'kind', read: $.text({ options: ['jti', 'sid', 'sub', 'client', 'all'] }) },
  { name: 'value', read: $.text() },
  { name: 'before', optional: true, read: $.number({ whole: 'int64' }) },
  { name: 'seenAt', read: $.number({ whole: 'int64' }) },
  { name: 'expiresAt', read: $.number({ whole: 'int64' }) },
])

/** Sessions is how many live ones have tokens that would be refused; absent for jti, and where they could not be counted. */
export interface RevocationPreview {
  readonly sessions?: number
  readonly confirm?: string
}
export const RevocationPreview: $.Schema<RevocationPreview> = $.object<RevocationPreview>(() => [
  { name: 'sessions', optional: true, read: $.number({ whole: 'int64' }) },
  { name: 'confirm', optional: true, read: $.text() },
])

export interface Revocations {
  readonly ready: boolean
  readonly entries: number
  readonly epoch?: string
  readonly processes: readonly Process[]
  readonly recent: readonly RecentRevocation[]
}
export const Revocations: $.Schema<Revocations> = $.object<Revocations>(() => [
  { name: 'ready', read: $.flag },
  { name: 'entries', read: $.number({ whole: 'int64' }) },
  { name: 'epoch', optional: true, read: $.text() },
  { name: 'processes', read: $.list($.ref(() => Process)) },
  { name: 'recent', read: $.list($.ref(() => RecentRevocation)) },
])

/** Absent times are not decided yet. */
export interface RingKey {
  readonly kid: string
  readonly alg: string
  readonly state: 'pre-published' | 'active' | 'retired'
  readonly createdAt: number
  readonly activeFrom?: number
  readonly activeUntil?: number
  readonly removedAt?: number
}
export const RingKey: $.Schema<RingKey> = $.object<RingKey>(() => [
  { name: 'kid', read: $.text() },
  { name: 'alg', read: $.text() },
  { name: 'state', read: $.text({ options: ['pre-published', 'active', 'retired'] }) },
  { name: 'createdAt', read: $.number({ whole: 'int64' }) },
  { name: 'activeFrom', optional: true, read: $.number({ whole: 'int64' }) },
  { name: 'activeUntil', optional: true, read: $.number({ whole: 'int64' }) },
  { name: 'removedAt', optional: true, read: $.number({ whole: 'int64' }) },
])

/** The last use is to the hour only. */
export interface Session {
  readonly id: string
  readonly userId: string
  readonly username: string
  readonly client: string
  readonly scope: string
  readonly userAgent: string
  readonly current: boolean
  readonly createdAt: number
  readonly lastUsedAt: number
  readonly expiresAt: number
}
export const Session: $.Schema<Session> = $.object<Session>(() => [
  { name: 'id', read: $.text() },
  { name: 'userId', read: $.text() },
  { name: 'username', read: $.text() },
  { name: 'client', read: $.text() },
  { name: 'scope', read: $.text() },
  { name: 'userAgent', read: $.text() },
  { name: 'current', read: $.flag },
  { name: 'createdAt', read: $.number({ whole: 'int64' }) },
  { name: 'lastUsedAt', read: $.number({ whole: 'int64' }) },
  { name: 'expiresAt', read: $.number({ whole: 'int64' }) },
])

export interface SessionReq {
  readonly id: string
}
export const SessionReq: $.Schema<SessionReq> = $.object<SessionReq>(() => [
  { name: 'id', from: 'path', read: $.text({ length: { from: 1, to: 64 } }) },
])

/**
 * Next is what to ask for after this page; absent on the last one. More says that the search fits more users than were
 * looked at.
 */
export interface Sessions {
  readonly sessions: readonly Session[]
  readonly next?: string
  readonly more: boolean
}
export const Sessions: $.Schema<Sessions> = $.object<Sessions>(() => [
  { name: 'sessions', read: $.list($.ref(() => Session)) },
  { name: 'next', optional: true, read: $.text() },
  { name: 'more', read: $.flag },
])

export interface SessionsReq {
  readonly search?: string
  readonly after?: string
  readonly limit: number
}
/** {@link SessionsReq} as it is sent: what has a default may be left out. */
export type SessionsReqInput = $.Input<SessionsReq, 'limit'>
export const SessionsReq: $.Schema<SessionsReq> = $.object<SessionsReq>(() => [
  { name: 'search', from: 'form', optional: true, read: $.text({ length: { to: 256 } }) },
  { name: 'after', from: 'form', optional: true, read: $.text({ length: { to: 64 } }) },
  { name: 'limit', from: 'form', fallback: 50, read: $.numberText({ whole: 'int64', range: { from: 1, to: 200 } }) },
])

/**
 * Buckets are upper bounds in milliseconds; whatever took longer is in one more. SharedAddress counts the accounts that have
 * logged in from one address within the hour, while these are nearly all.
 */
export interface Traffic {
  readonly step: number
  readonly buckets: readonly number[]
  readonly processes: number
  readonly sharedAddress?: number
  readonly bins: readonly TrafficBin[]
}
export const Traffic: $.Schema<Traffic> = $.object<Traffic>(() => [
  { name: 'step', read: $.number({ whole: 'int64' }) },
  { name: 'buckets', read: $.list($.number({ whole: 'int64' })) },
  { name: 'processes', read: $.number({ whole: 'int64' }) },
  { name: 'sharedAddress', optional: true, read: $.number({ whole: 'int64' }) },
  { name: 'bins', read: $.list($.ref(() => TrafficBin)) },
])

/** What happened in the step seconds from at, over all processes. Latency counts requests by the buckets of Traffic. */
export interface TrafficBin {
  readonly at: number
  readonly accepted: number
  readonly refused: { readonly [key: string]: number }
  readonly latency: readonly number[]
}
export const TrafficBin: $.Schema<TrafficBin> = $.object<TrafficBin>(() => [
  { name: 'at', read: $.number({ whole: 'int64' }) },
  { name: 'accepted', read: $.number({ whole: 'int64' }) },
  { name: 'refused', read: $.record($.number({ whole: 'int64' })) },
  { name: 'latency', read: $.list($.number({ whole: 'int64' })) },
])

export interface UserReq {
  readonly id: string
}
export const UserReq: $.Schema<UserReq> = $.object<UserReq>(() => [
  { name: 'id', from: 'path', read: $.text({ length: { from: 1, to: 64 } }) },
])
