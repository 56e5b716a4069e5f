import { createHash } from 'node:crypto'
import type { UnverifiedTokens } from './site-login.js'

/** Refreshes that several tabs ask for at once. */
export interface SharedRefreshes {
  /** The tokens of the refresh that runs for this refresh token, or that has just succeeded; else of a new one. */
  share(refreshToken: string, refresh: () => Promise<UnverifiedTokens>): Promise<UnverifiedTokens>
}

/** A tab may have asked before it got the cookies of another one's answer. Seconds. */
const keptFor = 10
const most = 1000

/**
 * Lets tabs that refresh at once share one refresh in this process: providers without a time of grace take the second
 * one for theft, and end the session.
 *
 * @example await createSharedRefreshes(now).share(refreshToken, () => tokens.grant(members))
 */
export function createSharedRefreshes(now: () => number): SharedRefreshes {
  const running = new Map<string, { readonly tokens: Promise<UnverifiedTokens>; until: number }>()
  return {
    share: (refreshToken, refresh) => {
      const name = createHash('sha256').update(refreshToken).digest('base64url')
      const at = now()
      for (const [each, { until }] of running) {
        if (until > at && running.size < most) break
        running.delete(each)
      }
      const found = running.get(name)
      if (found !== undefined && found.until > at) return found.tokens
      const started = { tokens: refresh(), until: at + keptFor }
      running.set(name, started)
      // A refresh that has failed is tried again.
      started.tokens.catch(() => {
        if (running.get(name) === started) running.delete(name)
      })
      return started.tokens
    },
  }
}
