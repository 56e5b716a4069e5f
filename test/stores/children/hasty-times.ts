/**
 * Times of a ring in a hurry: a lead of 1.3 s, and an overlap of 5 s. A key cannot follow the one before it sooner than
 * it has been published for the lead: the shortest max-age there is, 1 s, and two looks into the store.
 */
export const hastyTimes = {
  tokenLife: 2,
  maxAge: 1,
  maxStaleness: 2,
  rotateEvery: null,
  pollEveryMs: 150,
} as const
