import type { RelyingPartyOptions } from './options.js'
import type { Keeper } from './keeper.js'

/**
 * Hands the tokens of a login over to the site, which keeps them itself: here is nothing to refresh, and nothing to end.
 *
 * @example handOver((login) => saveSession(login))
 */
export function handOver(onTokens: NonNullable<RelyingPartyOptions['onTokens']>): Keeper {
  return Object.freeze({
    keep: async (login, request) => {
      const { setCookie = [] } = (await onTokens(login, request)) ?? {}
      return { setCookie, body: {} }
    },
    hasSession: () => Promise.resolve(false),
    accessToken: () => Promise.resolve(undefined),
    held: () => Promise.resolve(undefined),
    renew: () => Promise.resolve({ setCookie: [], body: {} }),
    drop: () => Promise.resolve([]),
    endRefused: undefined,
    end: undefined,
  } satisfies Keeper)
}
