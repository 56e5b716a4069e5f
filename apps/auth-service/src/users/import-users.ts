import { z } from 'zod'
import { readHash } from './hashing/stored-hash.js'
import { plainText, roleFault, usernameFault } from './names.js'
import { SetupFault } from '../foundation/setup-fault.js'
import { newUser, type User, type Users } from './users.js'

const text = z.string().regex(plainText, 'must hold no control characters')

const line = z.strictObject({
  username: z.string(),
  passwordHash: z.string(),
  roles: z.array(z.string()).default([]),
  disabled: z.boolean().default(false),
  displayName: text.max(200).optional(),
  email: text.max(320).optional(),
})

/** The result of an import. */
export interface Imported {
  readonly added: readonly User[]
  /** Users that already existed, and stay unchanged. */
  readonly there: number
}

/**
 * Imports users: one JSON object per line, with `username`, `passwordHash` and optionally `roles`, `disabled`,
 * `displayName`, `email`. Passwords stay valid: argon2 and scrypt as PHC strings, bcrypt; a login renews the hash.
 *
 * @throws SetupFault with every fault by its line, never a value; then nothing has been added
 */
export async function importUsers(users: Users, text: string): Promise<Imported> {
  const read = readLines(text)
  const added: User[] = []
  for (const user of read) {
    if ((await users.byUsername(user.username)) !== undefined) continue
    await users.create(user)
    added.push(user)
  }
  return { added, there: read.length - added.length }
}

function readLines(text: string): readonly User[] {
  const faults: string[] = []
  const seen = new Set<string>()
  const users: User[] = []
  for (const [line, each] of text.split('\n').entries()) {
    if (each.trim() === '') continue
    const fault = (message: string) => faults.push(`line ${String(line + 1)}: ${message}`)
    const user = readLine(each, fault)
    if (user === undefined) continue
    if (seen.has(user.username)) fault('an earlier line has the same username')
    seen.add(user.username)
    users.push(user)
  }
  if (faults.length > 0) throw new SetupFault(['nothing was imported:', ...faults].join('\n  '))
  return users
}

function readLine(text: string, fault: (message: string) => void): User | undefined {
  const parsed = line.safeParse(parseJson(text))
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues)
      fault(`${path.join('.') || 'the line'}: ${message}`)
    return undefined
  }
  const { username, passwordHash, roles, disabled, displayName, email } = parsed.data
  const faults = [
    ...[usernameFault(username)].flatMap((each) => (each ? [`a username ${each}`] : [])),
    ...roles.map(roleFault).flatMap((each) => (each ? [`a role ${each}`] : [])),
    ...(readHash(passwordHash) ? [] : ['passwordHash: is unknown, or too expensive']),
  ]
  faults.forEach(fault)
  if (faults.length > 0) return undefined
  const user = newUser({ username, passwordHash, roles })
  return {
    ...user,
    disabled,
    displayName: displayName ?? user.displayName,
    email: email ?? user.email,
  }
}

/** Undefined for text that is not JSON: the error's message would repeat it. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
