/** The client id of first-party sessions. */
export const firstParty = 'first-party'

/** Scope of a first-party session. */
export const firstPartyScope = 'profile:read profile:write'
