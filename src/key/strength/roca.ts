import { oddPrimesUpTo } from './primes.js'

/**
 * The primes from whose product Infineon's library built the factors of RSA keys of 2048 bits and more (CVE-2017-15361;
 * Nemec et al., "The Return of Coppersmith's Attack", 2017, section 2). 2 is left out, because it tells nothing.
 */
const primes = oddPrimesUpTo(701)

/** For each prime, which remainders are powers of 65537. */
const powers: readonly ReadonlySet<bigint>[] = primes.map(powersOf65537)

/**
 * Whether an RSA modulus has the fingerprint of ROCA: modulo every one of those primes it is a power of 65537, as
 * both of its factors are. Another modulus has it by chance less often than once in 2^100.
 *
 * @example isRocaModulus(modulusOf(key)) // false
 */
export function isRocaModulus(modulus: bigint): boolean {
  return primes.every((prime, i) => powers[i]?.has(modulus % prime))
}

function powersOf65537(prime: bigint): ReadonlySet<bigint> {
  const generator = 65_537n % prime
  const found = new Set<bigint>()
  for (let power = 1n; !found.has(power); power = (power * generator) % prime) found.add(power)
  return found
}
