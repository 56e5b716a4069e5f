/** Algorithms of ID tokens (OpenID Connect Core section 15.1 asks for RS256): each has a ring of its own. */
export const idTokenAlgorithms = ['RS256', 'ES256'] as const

/** One of {@link idTokenAlgorithms}. */
export type IdTokenAlgorithm = (typeof idTokenAlgorithms)[number]
