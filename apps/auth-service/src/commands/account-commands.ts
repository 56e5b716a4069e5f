import { userOf, userParty } from '../events/event.js'
import { SetupFault } from '../foundation/setup-fault.js'
import { changeAttributes } from '../users/attributes.js'
import { deleteUser } from '../users/delete-user.js'
import { usernameFault } from '../users/names.js'
import { profileFaults } from '../users/profile-faults.js'
import type { ProfileChange, User } from '../users/users.js'
import { changedMeanwhile, findUser } from './find-user.js'
import { readAttributeWords } from './attribute-words.js'
import { recordCommand } from './record-command.js'
import type { UserAdministration } from './user-administration.js'

/** What a command about one account is given. */
export interface AccountErrand {
  readonly administration: UserAdministration
  /** A username. */
  readonly subject: string
  readonly words: readonly string[]
  /** The option `--confirm`. */
  readonly confirm: string | undefined
}

/** The usage of {@link accountCommands}. */
export const accountUsage = `       jotgate-service user delete NAME --confirm NAME  deletes it for good, with all that is kept of it
       jotgate-service user rename NAME NEW    gives it another username; sessions go on
       jotgate-service user name NAME TEXT     sets the display name
       jotgate-service user email NAME ADDRESS sets the e-mail address; '' for none
       jotgate-service user attribute NAME KEY=VALUE…  sets attributes of the configuration; KEY= takes one away, and
                                             commas separate the items of a list
       jotgate-service user unlock NAME        ends the locks that wrong passwords have begun`

/** The commands about one account that change no password and no role, by their verbs. */
export const accountCommands = {
  delete: async ({ administration, subject, confirm }) => {
    const user = await findUser(administration, subject)
    if (confirm !== user.username)
      throw new SetupFault('this deletes the user for good: repeat it with --confirm and its name')
    const { users, unlock, events, erasureNote } = administration
    const end = () => administration.endSessions(user.id)
    await deleteUser({
      users,
      user,
      end,
      forget: unlock === undefined ? [] : [unlock],
      also: (id) => [erasureNote(id)],
    })
    await recordCommand(events, { kind: 'user.deleted', subject: userOf(user.id) })
    await administration.eraseRecord(user.id)
    return `deleted ${user.username}\n`
  },
  rename: async ({ administration, subject, words: [name = ''] }) => {
    const fault = usernameFault(name)
    if (fault !== undefined) throw new SetupFault(`a username ${fault}`)
    const user = await findUser(administration, subject)
    const renamed = await administration.users.rename(user.id, name)
    if (renamed === undefined) throw changedMeanwhile()
    await recordCommand(administration.events, { kind: 'user.renamed', subject: userParty(user) })
    return `${user.username} is ${renamed.username} from now on\n`
  },
  name: (errand) => changeProfile(errand, { displayName: errand.words[0] }),
  email: (errand) => changeProfile(errand, { email: errand.words[0] }),
  attribute: async ({ administration, subject, words }) => {
    const user = await findUser(administration, subject)
    const { userAttributes } = administration.configuration
    const change = readAttributeWords(words, userAttributes)
    const changed = changeAttributes(userAttributes, user.attributes, change)
    if (changed.kind === 'refused') throw new SetupFault(changed.faults.join('\n'))
    const to = changed.attributes
    const put = await administration.users.replaceAttributes(user.id, {
      from: user.attributes ?? {},
      to,
    })
    if (put === undefined) throw changedMeanwhile()
    await recordChange(administration, user, ['attributes'])
    return `${user.username} has ${Object.keys(to).join(', ') || 'no attributes'}; tokens have them from their next refresh on\n`
  },
  unlock: async ({ administration, subject }) => {
    const { unlock, events } = administration
    if (unlock === undefined)
      throw new SetupFault(
        'over a file the service keeps locks in its memory: end them in the console, or by DELETE /admin/locks/ID',
      )
    const user = await findUser(administration, subject)
    const ended = await unlock(user.id)
    if (ended === 0) return `${user.username} is not locked\n`
    await recordCommand(events, { kind: 'user.unlocked', subject: userParty(user) })
    return `${user.username} is not locked any more\n`
  },
} as const satisfies Readonly<Record<string, (errand: AccountErrand) => Promise<string>>>

async function changeProfile(
  { administration, subject }: AccountErrand,
  change: ProfileChange,
): Promise<string> {
  const faults = profileFaults(change)
  if (faults.length > 0) throw new SetupFault(faults.join('\n'))
  const user = await findUser(administration, subject)
  const changed = await administration.users.changeProfile(user.id, change)
  if (changed === undefined) throw changedMeanwhile()
  await recordChange(administration, user, Object.keys(change))
  return `${user.username} is changed\n`
}

async function recordChange(
  { events }: UserAdministration,
  user: User,
  fields: readonly string[],
): Promise<void> {
  const subject = userParty(user)
  await recordCommand(events, { kind: 'user.account-changed', subject, details: { fields } })
}
