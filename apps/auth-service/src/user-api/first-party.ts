/** The client id of first-party sessions. */
export const firstParty = 'first-party'
