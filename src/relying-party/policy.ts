import type { Call } from '../gate/call.js'
import type { SiteAnswer } from './answer.js'
import type { RelyingPartyValues } from './options.js'
import type { Keeper } from './keeper.js'
import type { Provider } from './provider.js'
import type { SiteRoute } from './routes.js'
import type { Seal } from './seal.js'
import type { TokenEndpoint } from './token-endpoint.js'
import type { UsedAnswers } from './used-answers.js'
import type { SharedRefreshes } from './shared-refreshes.js'

/** What every route works with. */
export interface RelyingPartyPolicy extends RelyingPartyValues {
  readonly seal: Seal
  readonly provider: Provider
  readonly tokens: TokenEndpoint
  readonly keeper: Keeper
  readonly routes: readonly SiteRoute[]
  readonly used: UsedAnswers
  /** Answers that are being taken, by state and code. */
  readonly arriving: Map<string, Promise<SiteAnswer>>
  readonly refreshes: SharedRefreshes
  readonly usedLogouts: UsedAnswers
  /** Admits own pages alone. @throws AuthError ORIGIN_REFUSED */
  readonly ownPages: (call: Call) => void
}
