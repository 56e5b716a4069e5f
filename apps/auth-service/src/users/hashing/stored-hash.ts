/** The parameters of a stored hash. */
export type StoredHash =
  | {
      readonly kind: 'argon2'
      readonly variant: 'argon2id' | 'argon2i' | 'argon2d'
      /** KiB. */
      readonly memory: number
      readonly passes: number
      readonly lanes: number
    }
  | { readonly kind: 'bcrypt'; readonly cost: number }
  | {
      readonly kind: 'scrypt'
      readonly cost: number
      readonly blockSize: number
      readonly lanes: number
      readonly salt: Buffer
      readonly hash: Buffer
    }

const base64 = '[A-Za-z0-9+/]'
const argon2Shape = new RegExp(
  `^\\$(argon2id|argon2i|argon2d)\\$v=19\\$m=([1-9]\\d{0,8}),t=([1-9]\\d{0,4}),p=([1-9]\\d{0,4})\\$(${base64}{11,64})\\$(${base64}{22,128})$`,
)
const bcryptShape = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/
const scryptShape = new RegExp(
  `^\\$scrypt\\$ln=(\\d{1,2}),r=(\\d{1,4}),p=(\\d{1,4})\\$(${base64}{11,88})={0,2}\\$(${base64}{22,128})={0,2}$`,
)

/** Largest memory in KiB, and largest memory times passes, of one login. */
const [mostMemory, mostWork] = [262_144, 1_048_576]
/** About a second of work. */
const mostBcryptCost = 14

/**
 * Reads a hash: argon2 and scrypt as PHC strings, bcrypt in its usual form. Undefined for any other text, and for a
 * hash that is too expensive for a login.
 *
 * @example readHash('$2b$12$…')?.kind // 'bcrypt'
 */
export function readHash(text: string): StoredHash | undefined {
  return readArgon2(text) ?? readBcrypt(text) ?? readScrypt(text)
}

function readArgon2(text: string): StoredHash | undefined {
  const match = argon2Shape.exec(text)
  if (!match) return undefined
  const [memory, passes, lanes] = [Number(match[2]), Number(match[3]), Number(match[4])]
  const variant = match[1] as 'argon2id' | 'argon2i' | 'argon2d' // the pattern has no others
  const isSane = lanes <= 16 && memory >= 8 * lanes && match.slice(5).every(isCanonical)
  if (!isSane || memory > mostMemory || memory * passes > mostWork) return undefined
  return { kind: 'argon2', variant, memory, passes, lanes }
}

/** Whether it is the canonical spelling of its bytes; the argon2 library accepts no other. */
function isCanonical(text: string): boolean {
  return Buffer.from(text, 'base64').toString('base64').replace(/=+$/, '') === text
}

function readBcrypt(text: string): StoredHash | undefined {
  const cost = Number(bcryptShape.exec(text)?.[1] ?? 0)
  return cost >= 4 && cost <= mostBcryptCost ? { kind: 'bcrypt', cost } : undefined
}

function readScrypt(text: string): StoredHash | undefined {
  const match = scryptShape.exec(text)
  if (!match) return undefined
  const [exponent, blockSize, lanes] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const memory = (2 ** exponent * blockSize * 128) / 1024
  // The exponent as RFC 7914 section 2 limits it; larger hashes are never computed.
  const isSane =
    exponent >= 1 && exponent < 16 * blockSize && blockSize >= 1 && lanes >= 1 && lanes <= 16
  if (!isSane || memory > mostMemory || memory * lanes > mostWork) return undefined
  const [salt, hash] = [match[4], match[5]].map((part) => Buffer.from(part ?? '', 'base64'))
  if (!salt || !hash) return undefined
  return { kind: 'scrypt', cost: 2 ** exponent, blockSize, lanes, salt, hash }
}
