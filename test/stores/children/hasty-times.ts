/** Times of a ring in a hurry: a lead of 1.3 s, so a rotation in as much, and an overlap of 5 s. */
export const hastyTimes = {
  tokenLife: 2,
  maxAge: 1,
  maxStaleness: 2,
  rotateEvery: null,
  pollEveryMs: 150,
} as const
