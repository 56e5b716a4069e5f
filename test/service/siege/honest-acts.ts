import { setTimeout as sleep } from 'node:timers/promises'
import { amount } from '../../setup/amount.js'
import { insist, type Answer } from '../fleet/asking.js'
import { actAs, logIn, refresh } from './person.js'
import { watch } from './watcher.js'
import type { Person, World } from './world.js'

/** What honest users and their administrators do. */
export interface HonestAct {
  readonly name: string
  /** How often, over all users together. */
  readonly perSecond: number
  readonly why: string
  /** Which of several users that are logged in. Default: the one that comes next by chance. */
  readonly choose?: 'oldest token'
  readonly run: (world: World, user: Person) => Promise<Answer>
  readonly right: number
  /** Whether the user is logged out by it, and logs in again a second later. */
  readonly endsSession?: true
}

/** Rates: in `npm test`, and in the long form. */
const rate = (short: number, full: number) => amount({ short, full })

/**
 * Logins follow each act that ends a session: 2 a second together in the long form, each 26 ms of a core for its hash. That is
 * what two cores carry beside the attackers, three processes, their stores and this load.
 */
export const honestActs: readonly HonestAct[] = [
  {
    ...{ name: 'profile', perSecond: rate(5, 10), right: 200 },
    why: 'what users do most',
    run: getProfile,
  },
  {
    ...{ name: 'refresh', perSecond: rate(2, 6.7), right: 200, choose: 'oldest token' },
    why: 'each of 200 users every 30 s, at half of the life of an access token',
    run: refresh,
  },
  {
    ...{ name: 'log out', perSecond: rate(0.5, 1.2), right: 204, endsSession: true },
    why: 'each of 200 users every three minutes',
    run: ({ ask }, { address, session }) =>
      ask({ operation: 'POST /user/logout', from: address, token: session?.accessToken }),
  },
  {
    ...{ name: 'end a session', perSecond: rate(0.5, 0.4), right: 204, endsSession: true },
    why: 'an administrator every few seconds',
    run: (world, { session }) => asAdmin(world, `DELETE /admin/sessions/${session?.sid ?? 'none'}`),
  },
  {
    ...{ name: 'end all sessions', perSecond: rate(0.25, 0.1), right: 200, endsSession: true },
    why: 'an administrator now and then',
    run: (world, { id }) => asAdmin(world, `DELETE /admin/users/${id}/sessions`),
  },
  {
    ...{ name: 'disable and enable', perSecond: rate(0.25, 0.1), right: 200, endsSession: true },
    why: 'an administrator now and then',
    run: disableAndEnable,
  },
  {
    ...{ name: 'reset a password', perSecond: rate(0.25, 0.1), right: 204, endsSession: true },
    why: 'an administrator now and then: it costs a hash and a comparison with lists',
    run: resetPassword,
  },
  {
    ...{ name: 'list users', perSecond: rate(0.5, 0.4), right: 200 },
    why: 'the console of an administrator',
    run: (world) => asAdmin(world, 'GET /admin/users?limit=50'),
  },
  {
    ...{ name: 'search sessions', perSecond: rate(0.5, 0.2), right: 200 },
    why: 'the console of an administrator',
    run: (world, { username }) => asAdmin(world, `GET /admin/sessions?search=${username}`),
  },
]

/** One act, recorded; those that end a session go on with a login. */
export async function act(world: World, what: HonestAct, due: number): Promise<void> {
  const user = chooseUser(world, what)
  if (user === undefined) {
    world.record.acts.push({ name: what.name, ms: performance.now() - due, isRight: false })
    return
  }
  user.isBusy = true
  const ended = user.session?.accessToken
  const answer = await what.run(world, user)
  note(world, { ...what, due, answer })
  if (what.endsSession && answer.status === what.right && ended !== undefined) watch(world, ended)
  if (what.endsSession) user.session = undefined
  user.isBusy = false
  if (user.session === undefined) world.later.push(comeBack(world, user))
}

function chooseUser({ honest, random }: World, { choose }: HonestAct): Person | undefined {
  const free = honest.filter(({ isBusy, session }) => !isBusy && session !== undefined)
  if (choose === undefined) return free[Math.floor(random() * free.length)]
  const age = ({ session }: Person) => session?.since ?? 0
  return free.sort((one, other) => age(one) - age(other))[0]
}

/** A second after a session has ended. A try that fails counts as one, and those after it are not acts of their own. */
async function comeBack(world: World, user: Person): Promise<void> {
  user.isBusy = true
  for (let tries = 0; user.session === undefined && !world.isOver(); tries++) {
    await sleep(1000)
    const due = performance.now()
    const answer = await logIn(world, user)
    if (tries === 0) note(world, { name: 'log in', right: 200, due, answer })
  }
  user.isBusy = false
}

/** What {@link note} takes. */
interface Noted extends Pick<HonestAct, 'name' | 'right'> {
  readonly due: number
  readonly answer: Answer
}

function note({ record }: World, { name, right, due, answer }: Noted): void {
  const { status, body, answeredAt } = answer
  record.acts.push({ name, ms: answeredAt - due, isRight: status === right })
  if (status !== right && status !== 503 && status !== 0)
    record.faults.push(`${name} was answered ${String(status)}: ${String(body['reason'])}`)
}

/** As `jotgate/client` does: after a 401 once more, with a new token. */
async function getProfile(world: World, user: Person): Promise<Answer> {
  const get = () =>
    world.ask({
      operation: 'GET /user/profile',
      from: user.address,
      token: user.session?.accessToken,
    })
  const answer = await get()
  if (answer.status !== 401) return answer
  const refreshed = await refresh(world, user)
  return refreshed.status === 200 ? get() : refreshed
}

async function asAdmin(world: World, operation: string, body?: unknown): Promise<Answer> {
  const { admins, random } = world
  const admin = admins[Math.floor(random() * admins.length)]
  if (admin === undefined) throw new Error('there is no administrator')
  return actAs(world, admin, { operation, body })
}

async function disableAndEnable(world: World, { id }: Person): Promise<Answer> {
  const operation = `PUT /admin/users/${id}`
  const answer = await asAdmin(world, operation, { disabled: true })
  // Whatever was answered: a user who stays disabled could never log in again.
  const enabled = await insist(() => asAdmin(world, operation, { disabled: false }))
  return answer.status === 200 ? enabled : answer
}

async function resetPassword(world: World, user: Person): Promise<Answer> {
  const newPassword = `${user.password.replace(/ \d+$/, '')} ${String(Math.floor(world.random() * 1e6))}`
  const set = () => asAdmin(world, `PUT /admin/users/${user.id}/password`, { newPassword })
  const answer = await set()
  // Without an answer the password may be either.
  if (answer.status !== 204) await insist(set)
  user.password = newPassword
  return answer
}
