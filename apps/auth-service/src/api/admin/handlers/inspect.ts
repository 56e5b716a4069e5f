import { type GuardedHandler } from '../generated/server.js'
import { type Inspection, type InspectReq } from '../generated/types.js'
import { inspectToken } from '../inspection.js'

/** POST /admin/inspect */
export const inspectHandler: GuardedHandler<InspectReq, Inspection> = ({ request, services }) =>
  inspectToken(request.token.trim(), services)
