import { randomBytes } from 'node:crypto'
import { migrate, type SqlDatabase } from 'jotgate/stores/sqlite'
import { Secret, TOTP } from 'otpauth'
import { RequestFault } from '../../foundation/faults.js'
import type { Sealing } from '../../storage/sealing.js'
import { createFactorRows, secondFactorSchema, type FactorRow } from './factor-rows.js'
import { createRecoveryCodes, hashOfRecoveryCode } from './recovery-codes.js'
import type { BegunCode, FactorOwner, SecondFactor, UsedCode } from './second-factor.js'

/** What authenticator apps expect (RFC 6238 section 1.2, RFC 4226 section 5.3). */
const usual = { algorithm: 'SHA1', digits: 6, period: 30 } as const
/** Bytes of a secret (RFC 4226 section 4). */
const secretBytes = 20
/** Steps before and after the present one whose codes are valid: clocks differ, and a code takes a while to type. */
const window = 1
/** Seconds after which what was begun has ended, and how many codes are compared with it: of guesses, five of a million. */
const begun = { life: 600, tries: 5 } as const

/** Options of {@link createTotp}. */
export interface TotpParts {
  readonly database: SqlDatabase
  /** The same database, with the deadline of a start. */
  readonly starting: SqlDatabase
  /** Undefined: the processes share no key, so that none can be set up. */
  readonly sealing: Sealing | undefined
  /** The service's name in the user's app. */
  readonly name: string
  /** Unix time in seconds: of the database's server, which all processes share, if it has a clock. */
  readonly now: () => Promise<number>
}

/**
 * One-time passwords by time (RFC 6238) as a second factor, with recovery codes. A code is valid once; so is none of an earlier
 * step than the last one that was used.
 *
 * @throws ConfigError when the database is two or more versions ahead; AuthError STORE_UNAVAILABLE
 * @example const secondFactor = await createTotp({ database, starting, sealing, name: 'Shop', now })
 */
export async function createTotp(parts: TotpParts): Promise<SecondFactor> {
  await migrate(parts.starting, secondFactorSchema)
  const rows = createFactorRows(parts.database)
  const totp: Totp = { ...parts, rows }
  return {
    required: async ({ id }) => (await rows.find(id))?.isActive === true,
    state: async ({ id }) => {
      const isActive = (await rows.find(id))?.isActive === true
      return { isActive, recoveryCodes: isActive ? await rows.countRecoveryCodes(id) : 0 }
    },
    begin: async ({ id, username }) => {
      const sealing = sealingOf(totp)
      const secret = randomBytes(secretBytes)
      const at = Math.floor(await parts.now())
      if (!(await rows.begin(id, sealing.seal(secret, belongingTo(id)), at)))
        throw new RequestFault('SECOND_FACTOR_EXISTS')
      const made = toTotp(secret, { issuer: parts.name, label: username })
      return { secret: made.secret.base32, uri: made.toString() }
    },
    checkBegun: (user, code) => checkBegun(totp, user, code),
    confirm: (user, right) => confirm(totp, user, right),
    check: (user, code) => check(totp, user, code),
    remove: ({ id }) => rows.remove(id),
  }
}

interface Totp extends Pick<TotpParts, 'sealing' | 'now'> {
  readonly rows: ReturnType<typeof createFactorRows>
}

async function checkBegun(
  totp: Totp,
  { id }: FactorOwner,
  code: string,
): Promise<BegunCode | undefined> {
  const since = Math.floor(await totp.now()) - begun.life
  const sealed = await totp.rows.tryBegun(id, { most: begun.tries, since })
  if (sealed === undefined) return undefined
  const read = await readCode(totp, { id, row: { sealed }, code })
  return read && { step: read.step, sealed }
}

async function confirm(
  totp: Totp,
  { id }: FactorOwner,
  { step, sealed: from }: BegunCode,
): Promise<readonly string[] | undefined> {
  const sealing = sealingOf(totp)
  const { secret } = sealing.open(from, belongingTo(id))
  const to = sealing.seal(secret, belongingTo(id))
  const codes = createRecoveryCodes()
  const hashes = codes.flatMap((each) => hashOfRecoveryCode(id, each) ?? [])
  return (await totp.rows.activate(id, { from, to, step, hashes })) ? codes : undefined
}

async function check(totp: Totp, { id }: FactorOwner, code: string): Promise<UsedCode> {
  const { rows } = totp
  const row = await rows.find(id)
  if (row?.isActive !== true) return undefined
  const hash = hashOfRecoveryCode(id, code)
  if (hash !== undefined) return (await rows.useRecoveryCode(id, hash)) ? 'recovery' : undefined
  const read = await readCode(totp, { id, row, code })
  if (read === undefined) return undefined
  return (await rows.use(id, { row, ...read })) ? 'otp' : undefined
}

interface Typed {
  readonly id: string
  readonly row: Pick<FactorRow, 'sealed'>
  readonly code: string
}

/** The step that a code is of, and the secret as it is sealed from now on; undefined: the code is of none of the steps. */
async function readCode(
  totp: Totp,
  { id, row, code }: Typed,
): Promise<{ readonly step: number; readonly sealed: string } | undefined> {
  const token = code.replace(/\s/g, '')
  if (!/^\d{6}$/.test(token)) return undefined
  const sealing = sealingOf(totp)
  const { secret, isOld } = sealing.open(row.sealed, belongingTo(id))
  const seconds = await totp.now()
  const delta = toTotp(secret).validate({ token, timestamp: seconds * 1000, window })
  if (delta === null) return undefined
  const sealed = isOld ? sealing.seal(secret, belongingTo(id)) : row.sealed
  return { step: Math.floor(seconds / usual.period) + delta, sealed }
}

function toTotp(secret: Buffer, names: { issuer?: string; label?: string } = {}): TOTP {
  return new TOTP({
    ...usual,
    ...names,
    secret: new Secret({ buffer: Uint8Array.from(secret).buffer }),
  })
}

function belongingTo(id: string): string {
  return `second factor of ${id}`
}

/** @throws RequestFault SECOND_FACTOR_OFF */
function sealingOf({ sealing }: Pick<Totp, 'sealing'>): Sealing {
  if (sealing === undefined) throw new RequestFault('SECOND_FACTOR_OFF')
  return sealing
}
