import { firstParty } from '../../../oauth/first-party.js'
import { type Handler } from '../generated/server.js'
import { type RefreshReq, type TokenResp } from '../generated/types.js'

/** POST /user/refresh */
export const refreshHandler: Handler<RefreshReq, TokenResp> = ({ request, services }) =>
  services.sessions.refresh(request.refreshToken, { client: firstParty })
