// The types of audit-api. Generated from its .api file: changes are lost.
import * as $ from 'jotgate/api-spec/schema'

/** The last row of a chain. Times are Unix seconds. A chain that is not closed is of a process that runs or has crashed. */
export interface AuditHead {
  readonly chain: string
  readonly seq: number
  readonly mac: string
  readonly openedAt: number
  readonly at: number
  readonly closed: boolean
  readonly current: boolean
}
export const AuditHead: $.Schema<AuditHead> = $.object<AuditHead>(() => [
  { name: 'chain', read: $.text() },
  { name: 'seq', read: $.number({ whole: 'int64' }) },
  { name: 'mac', read: $.text() },
  { name: 'openedAt', read: $.number({ whole: 'int64' }) },
  { name: 'at', read: $.number({ whole: 'int64' }) },
  { name: 'closed', read: $.flag },
  { name: 'current', read: $.flag },
])

/** Owed rows wait for a database that has refused them; lost events have no row. Both of the answering process. */
export interface AuditHeads {
  readonly owed: number
  readonly lost: number
  readonly heads: readonly AuditHead[]
}
export const AuditHeads: $.Schema<AuditHeads> = $.object<AuditHeads>(() => [
  { name: 'owed', read: $.number({ whole: 'int64' }) },
  { name: 'lost', read: $.number({ whole: 'int64' }) },
  { name: 'heads', read: $.list($.ref(() => AuditHead)) },
])

/** Name is absent when it was erased, and when it was not known. */
export interface AuditParty {
  readonly kind: 'user' | 'client' | 'command' | 'service'
  readonly id: string
  readonly name?: string
}
export const AuditParty: $.Schema<AuditParty> = $.object<AuditParty>(() => [
  { name: 'kind', read: $.text({ options: ['user', 'client', 'command', 'service'] }) },
  { name: 'id', read: $.text() },
  { name: 'name', optional: true, read: $.text() },
])

/**
 * Since and until are Unix seconds: at or after since, before until. Actor and subject are ids; a row about no other party
 * has its actor as its subject.
 */
export interface AuditReq {
  readonly since?: number
  readonly until?: number
  readonly actor?: string
  readonly subject?: string
  readonly kind?: string
  readonly client?: string
  readonly sid?: string
  readonly address?: string
  readonly after?: string
  readonly limit: number
}
/** {@link AuditReq} as it is sent: what has a default may be left out. */
export type AuditReqInput = $.Input<AuditReq, 'limit'>
export const AuditReq: $.Schema<AuditReq> = $.object<AuditReq>(() => [
  { name: 'since', from: 'form', optional: true, read: $.numberText({ whole: 'int64', range: { from: 0 } }) },
  { name: 'until', from: 'form', optional: true, read: $.numberText({ whole: 'int64', range: { from: 0 } }) },
  { name: 'actor', from: 'form', optional: true, read: $.text({ length: { from: 1, to: 256 } }) },
  { name: 'subject', from: 'form', optional: true, read: $.text({ length: { from: 1, to: 256 } }) },
  { name: 'kind', from: 'form', optional: true, read: $.text({ length: { from: 1, to: 64 } }) },
  { name: 'client', from: 'form', optional: true, read: $.text({ length: { from: 1, to: 256 } }) },
  { name: 'sid', from: 'form', optional: true, read: $.text({ length: { from: 1, to: 256 } }) },
  { name: 'address', from: 'form', optional: true, read: $.text({ length: { from: 1, to: 256 } }) },
  { name: 'after', from: 'form', optional: true, read: $.text({ length: { from: 1, to: 128 } }) },
  { name: 'limit', from: 'form', fallback: 50, read: $.numberText({ whole: 'int64', range: { from: 1, to: 200 } }) },
])

/**
 * At is in Unix seconds, with milliseconds behind the point. Subject is absent where it is the actor. Erased names the values
 * that were deleted: actorName, subjectName, address, userAgent.
 */
export interface AuditRow {
  readonly chain: string
  readonly seq: number
  readonly mac: string
  readonly id: string
  readonly at: number
  readonly kind: string
  readonly result: 'done' | 'refused'
  readonly reason?: string
  readonly actor: AuditParty
  readonly subject?: AuditParty
  readonly client?: string
  readonly sid?: string
  readonly address?: string
  readonly userAgent?: string
  readonly details?: unknown
  readonly erased: readonly string[]
}
export const AuditRow: $.Schema<AuditRow> = $.object<AuditRow>(() => [
  { name: 'chain', read: $.text() },
  { name: 'seq', read: $.number({ whole: 'int64' }) },
  { name: 'mac', read: $.text() },
  { name: 'id', read: $.text() },
  { name: 'at', read: $.number() },
  { name: 'kind', read: $.text() },
  { name: 'result', read: $.text({ options: ['done', 'refused'] }) },
  { name: 'reason', optional: true, read: $.text() },
  { name: 'actor', read: $.ref(() => AuditParty) },
  { name: 'subject', optional: true, read: $.ref(() => AuditParty) },
  { name: 'client', optional: true, read: $.text() },
  { name: 'sid', optional: true, read: $.text() },
  { name: 'address', optional: true, read: $.text() },
  { name: 'userAgent', optional: true, read: $.text() },
  { name: 'details', optional: true, read: $.anything },
  { name: 'erased', read: $.list($.text()) },
])

/** Next is what to ask for after this page; absent on the last one. */
export interface AuditRows {
  readonly rows: readonly AuditRow[]
  readonly next?: string
}
export const AuditRows: $.Schema<AuditRows> = $.object<AuditRows>(() => [
  { name: 'rows', read: $.list($.ref(() => AuditRow)) },
  { name: 'next', optional: true, read: $.text() },
])
