import { attaching } from './contract/attaching.js'
import { redirects, rewriting } from './contract/redirects.js'
import { refreshing } from './contract/refreshing.js'
import { retrying } from './contract/retrying.js'
import { sources } from './contract/sources.js'
import { steppingUp } from './contract/stepping-up.js'
import { type Behaviour, type HttpWire } from './wire.js'

/** What every client adapter does, whatever its transport. */
export const contract: readonly Behaviour[] = [
  ...attaching,
  ...refreshing,
  ...retrying,
  ...sources,
  ...steppingUp,
]

/** What those for HTTP do besides. */
export const httpContract: readonly Behaviour<HttpWire>[] = redirects

/** What those do that follow redirects by the client's own `fetch`. */
export const fetchContract: readonly Behaviour<HttpWire>[] = [...httpContract, ...rewriting]
