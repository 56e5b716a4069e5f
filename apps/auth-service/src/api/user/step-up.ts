import type { Sessions } from 'jotgate'
import { firstParty, firstPartyClient } from '../../oauth/first-party.js'
import { type Services } from './services.js'

/**
 * Begins a first-party session in place of the one that was confirmed.
 *
 * @example const stepUp = createStepUp(sessions, configuration.audience)
 */
export function createStepUp(
  sessions: Pick<Sessions, 'issue' | 'end'>,
  audience: string,
): Services['stepUp'] {
  const scope = firstPartyClient(audience).scopes.join(' ')
  return async ({ sid, subject, userAgent }) => {
    const meta = { userAgent }
    const tokens = await sessions.issue({ subject, client: firstParty, scope, audience, meta })
    await sessions.end({ sid, subject })
    return tokens
  }
}
