import { AuthError, type SessionEvent, type Sessions } from 'jotgate'
import type { Sites } from './sites.js'
import { ssoClient } from './sso.js'

/** Sessions that are ended at once. */
const atOnce = 10

/** Options of {@link endSitesOf}. */
export interface EndSitesParts {
  readonly sites: Pick<Sites, 'ofLogin'>
  /** Any sessions over the same store: ending one takes no rights. */
  readonly sessions: () => Pick<Sessions, 'end'>
}

/**
 * The hook that ends the sessions at sites when the session of the browser has ended, whatever ended it: those that are offline
 * go on. It rejects when one could not be ended, and is called again until all are; ending twice is the same as once.
 *
 * @example const onEnded = endSitesOf({ sites, sessions: () => sessions })
 */
export function endSitesOf(
  parts: EndSitesParts,
): (ended: Pick<SessionEvent, 'sid' | 'client'>) => Promise<void> {
  return async ({ sid, client }) => {
    if (client !== ssoClient) return
    const left = (await parts.sites.ofLogin(sid)).filter(({ offline }) => !offline)
    for (let at = 0; at < left.length; at += atOnce)
      await Promise.all(left.slice(at, at + atOnce).map((site) => endSite(parts.sessions(), site)))
  }
}

/** A row may have no session: it is written first. */
async function endSite(sessions: Pick<Sessions, 'end'>, { sid }: { readonly sid: string }) {
  try {
    await sessions.end({ sid, whosever: true })
  } catch (error) {
    if (!(error instanceof AuthError && error.code === 'REFRESH_UNKNOWN')) throw error
  }
}
