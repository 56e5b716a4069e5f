import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { describeUsers } from '../configuration/describe-users.js'
import { readConfiguration } from '../configuration/read-configuration.js'
import { openDataDirectory } from '../storage/data-directory.js'
import type { Environment } from '../configuration/environment.js'
import { userParty } from '../events/event.js'
import { importUsers } from '../users/import-users.js'
import { createLog } from '../foundation/log.js'
import { roleFault, usernameFault } from '../users/names.js'
import { createPasswordRules } from '../users/password-rules.js'
import { createPasswords } from '../users/passwords.js'
import { putRoles } from '../users/put-roles.js'
import { putPassword } from '../users/put-password.js'
import { SetupFault } from '../foundation/setup-fault.js'
import { accountCommands, accountUsage, type AccountErrand } from './account-commands.js'
import { changedMeanwhile, findUser } from './find-user.js'
import { recordCommand } from './record-command.js'
import { openUserAdministration, type UserAdministration } from './user-administration.js'
import { newUser, type User } from '../users/users.js'

/** The usage of {@link runUserCommand}. */
export const userUsage = `       jotgate-service user add NAME [ROLE…]   adds a user; the password is read from standard input
       jotgate-service user list               every user, its roles, and whether it is disabled; --json for a program
       jotgate-service user disable|enable NAME
       jotgate-service user roles NAME [ROLE…]  gives it these roles and no others
       jotgate-service user password NAME      sets the password, read from standard input
                                             all of these end the sessions of the user; roles that are only added
                                             refresh its tokens
       jotgate-service user import FILE|-      adds users with the hashes they have elsewhere, a JSON object a line
${accountUsage}`

/** `subject` is a username, or a file. */
interface Errand extends AccountErrand {
  readonly json: boolean
}

/** The fewest and the most words behind the subject; none where a verb has no line here. */
const takes: Readonly<Record<string, readonly [number, number]>> = {
  ...{ add: [0, Infinity], roles: [0, Infinity] },
  ...{ rename: [1, 1], name: [1, 1], email: [1, 1], attribute: [1, Infinity] },
}

/**
 * `jotgate-service user …`, with or without a running service. Returns its output; undefined for an unknown command. A
 * password is read from standard input, so no process list shows it.
 *
 * @throws SetupFault when the command fails
 */
export async function runUserCommand(
  environment: Environment,
  args: readonly string[],
): Promise<string | undefined> {
  const { positionals, ...options } = parse(args)
  const [verb = '', subject = '', ...words] = positionals
  const command = Object.hasOwn(commands, verb) ? commands[verb] : undefined
  const [fewest, most] = takes[verb] ?? [0, 0]
  const isKnown =
    (verb === 'list') === (subject === '') && words.length >= fewest && words.length <= most
  if (command === undefined || !isKnown) return undefined
  if (verb === 'add' || verb === 'roles') checkNames(verb === 'add' ? subject : undefined, words)
  const configuration = readConfiguration(environment)
  if (configuration.users !== undefined)
    throw new SetupFault(`user: users are kept ${describeUsers(configuration)}: manage them there`)
  const administration = await openUserAdministration({
    configuration,
    data: openDataDirectory(environment.dataDir),
    log: createLog(environment.logLevel).log,
  })
  try {
    if (verb !== 'list') await administration.beginRecord()
    return await command({ administration, subject, words, ...options })
  } finally {
    await administration.close()
  }
}

function parse(args: readonly string[]) {
  try {
    const options = { json: { type: 'boolean' }, confirm: { type: 'string' } } as const
    const { positionals, values } = parseArgs({ args: [...args], options, allowPositionals: true })
    return { positionals, json: values.json === true, confirm: values.confirm }
  } catch {
    // Its message would repeat the input; the usage lists the options.
    throw new SetupFault('user: there is no such option')
  }
}

function checkNames(username: string | undefined, roles: readonly string[]): void {
  const nameless = username === undefined ? undefined : usernameFault(username)
  if (nameless !== undefined) throw new SetupFault(`a username ${nameless}`)
  const roleless = roles.map(roleFault).find((each) => each !== undefined)
  if (roleless !== undefined) throw new SetupFault(`a role ${roleless}`)
}

const commands: Readonly<Record<string, (errand: Errand) => Promise<string>>> = {
  ...accountCommands,
  add: async ({ administration, subject, words: roles }) => {
    const passwordHash = await readNewPassword(administration, [subject])
    const user = newUser({ username: subject, passwordHash, roles })
    await administration.users.create(user)
    await record(administration, { kind: 'user.created', subject: userParty(user) })
    return `added ${subject}\n`
  },
  list: async ({ administration, json }) => {
    const lines: string[] = []
    for await (const user of allUsers(administration))
      lines.push(json ? toJson(user) : toLine(user))
    return lines.map((line) => `${line}\n`).join('')
  },
  disable: (errand) => setDisabled(errand, true),
  enable: (errand) => setDisabled(errand, false),
  roles: async ({ administration, subject, words: roles }) => {
    const user = await findUser(administration, subject)
    const end = () => administration.endSessions(user.id)
    const renew = () => administration.renewTokens(user.id)
    const { users } = administration
    if (!(await putRoles({ users, user, to: roles, end, renew }))) throw changedMeanwhile()
    const details = { roles }
    await record(administration, { kind: 'user.changed', subject: userParty(user), details })
    return `${user.username} has ${roles.length === 0 ? 'no roles' : roles.join(', ')}\n`
  },
  password: async ({ administration, subject }) => {
    const user = await findUser(administration, subject)
    const to = await readNewPassword(administration, [user.username, user.email])
    const end = () => administration.endSessions(user.id)
    const isPut = await putPassword({ users: administration.users, user, to, end })
    if (!isPut) throw changedMeanwhile()
    await record(administration, { kind: 'user.password-changed', subject: userParty(user) })
    return `${user.username} has a new password\n`
  },
  import: async ({ administration, subject }) => {
    const text = subject === '-' ? await readInput() : readFile(subject)
    const { added, there } = await importUsers(administration.users, text)
    for (const user of added)
      await record(administration, { kind: 'user.created', subject: userParty(user) })
    return `added ${String(added.length)}, left ${String(there)} existing ones unchanged\n`
  },
}

async function setDisabled(
  { administration, subject }: Errand,
  disabled: boolean,
): Promise<string> {
  const user = await findUser(administration, subject)
  const { id, username } = user
  await administration.users.setDisabled(id, disabled)
  await administration.endSessions(id)
  const details = { disabled }
  await record(administration, { kind: 'user.changed', subject: userParty(user), details })
  return `${username} is ${disabled ? 'disabled' : 'enabled'}\n`
}

function record(
  { events }: UserAdministration,
  act: Parameters<typeof recordCommand>[1],
): Promise<void> {
  return recordCommand(events, act)
}

async function* allUsers({ users }: UserAdministration): AsyncGenerator<User> {
  const limit = 200
  for (let after = ''; ;) {
    const page = await users.list({ after, limit })
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < limit) return
    after = last.username
  }
}

function toLine({ username, roles, disabled }: User): string {
  return [username, ...roles, ...(disabled ? ['(disabled)'] : [])].join(' ')
}

/** All but the hash. */
function toJson(user: User): string {
  return JSON.stringify({ ...user, passwordHash: undefined })
}

async function readNewPassword(
  { configuration }: UserAdministration,
  personal: readonly string[],
): Promise<string> {
  const password = (await readInput()).replace(/\r?\n$/, '')
  const fault = await createPasswordRules(configuration)(password, personal)
  if (fault !== undefined) throw new SetupFault(`a password ${fault}`)
  return (await createPasswords()).hash(password)
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new SetupFault('the file cannot be read')
  }
}

async function readInput(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
