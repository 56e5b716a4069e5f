// What audit-api does. Generated from its .api file: changes are lost.
import type * as $ from 'jotgate/api-spec/runtime'
import { type Services } from '../services.js'
import type * as types from './types.js'

// The types of the runtime, over the services of services.ts.
export type { Services }
export type Call = $.Call<Services>
export type RequestCall<Req> = $.RequestCall<Services, Req>
export type GuardedCall<Req> = $.GuardedCall<Services, Req>
export type OptionalCall<Req> = $.OptionalCall<Services, Req>
export type Handler<Req, Res> = $.Handler<Services, Req, Res>
export type GuardedHandler<Req, Res> = $.GuardedHandler<Services, Req, Res>
export type OptionalHandler<Req, Res> = $.OptionalHandler<Services, Req, Res>
export type Middleware = $.Middleware<Services>

/** One function a route: handlers.ts has them. */
export interface AuditApi {
  /** rows of the audit log, newest first, a page at a time: GET /admin/audit, with a token */
  readonly searchAudit: GuardedHandler<types.AuditReq, types.AuditRows>
  /** the heads of the chains that were written last: keep them elsewhere, and verify the log with them: GET /admin/audit/heads, with a token */
  readonly getAuditHeads: GuardedHandler<object, types.AuditHeads>
}
