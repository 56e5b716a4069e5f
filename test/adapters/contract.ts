import { credentials } from './contract/credentials.js'
import { decisions } from './contract/decisions.js'
import { listedPaths, paths } from './contract/paths.js'
import { streams } from './contract/streams.js'
import { type Behaviour } from './contract/client.js'

export { type Behaviour }

/** What every adapter does in front of the routes and the policy of `site.ts`; needs a base URL and nothing else. */
export const contract: readonly Behaviour[] = [...credentials, ...decisions, ...paths, ...streams]

/** The same for a policy that guards a few paths and leaves the rest open. */
export const listedContract: readonly Behaviour[] = listedPaths
