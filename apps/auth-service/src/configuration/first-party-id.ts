/** The id of the built-in client, whose sessions are those of the first-party API. */
export const firstPartyId = 'first-party'
