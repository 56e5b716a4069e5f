// A client of audit-api. Generated from its .api file: changes are lost.
import { type CallOptions, type ClientOptions, createCalls } from 'jotgate/api-spec/client'
import type * as types from './types.js'

/** What {@link createClient} returns. */
export type Client = ReturnType<typeof createClient>

/** Sends the token of its source on guarded routes only; refreshing it is the source's work. */
export function createClient(options: ClientOptions) {
  const { call } = createCalls(options)
  return {
    /** rows of the audit log, newest first, a page at a time: GET /admin/audit, with a token */
    searchAudit: (request: types.AuditReqInput, options?: CallOptions) =>
      call({ method: 'GET', path: '/admin/audit', guarded: true, from: { since: 'form', until: 'form', actor: 'form', subject: 'form', kind: 'form', client: 'form', sid: 'form', address: 'form', after: 'form', limit: 'form' } }, request, options) as Promise<types.AuditRows>,
    /** the heads of the chains that were written last: keep them elsewhere, and verify the log with them: GET /admin/audit/heads, with a token */
    getAuditHeads: (options?: CallOptions) =>
      call({ method: 'GET', path: '/admin/audit/heads', guarded: true }, {}, options) as Promise<types.AuditHeads>,
  }
}
