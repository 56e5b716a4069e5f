/**
 * The odd primes up to a limit, as BigInt, for sieving RSA moduli.
 *
 * @example oddPrimesUpTo(11) // [3n, 5n, 7n, 11n]
 */
export function oddPrimesUpTo(limit: number): readonly bigint[] {
  const found: number[] = []
  for (let candidate = 3; candidate <= limit; candidate += 2) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate)
  }
  return found.map(BigInt)
}
