/** Takes secrets that are short or can be guessed, such as those of published test vectors. */
export const shortSecret = {
  'short-secret': new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10),
}

/** Options of `hmacKey` that take a secret that can be guessed, and none that is short for the algorithm. */
export function guessable(bytes: number, alg: string): { accept?: typeof shortSecret } {
  return bytes < Number(alg.slice(2)) / 8 ? {} : { accept: shortSecret }
}
