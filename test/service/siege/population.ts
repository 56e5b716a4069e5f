import { seeded } from '../../setup/random.js'
import { seed } from '../../setup/seed.js'
import { ask, insist, type Answer } from '../fleet/asking.js'
import type { Fleet } from '../fleet/fleet.js'
import { actAs, logIn } from './person.js'
import { createRecord } from './record.js'
import type { MoreOfPerson, Person, World } from './world.js'

/** Of every account at first. */
export const password = 'eleven herons over a weir'

/** What {@link makePerson} takes. */
interface PersonParts extends MoreOfPerson {
  readonly username: string
  readonly address: string
  readonly isHonest: boolean
}

/**
 * Adds users, administrators, accounts that requests of the baseline use, and an app; and logs all of them in, so that their
 * addresses are known. Honest users are in 198.18.0.0/16, administrators in 198.19.0.0/24, others in 192.0.2.0/24, and attackers
 * in 203.0.113.0/24.
 */
export async function populate(fleet: Fleet, { users }: { users: number }): Promise<World> {
  await fleet.addUser('root-0', 'admin')
  const world = createWorld(fleet)
  for (let nth = 1; nth < 3; nth++) {
    const address = `198.19.0.${String(nth + 1)}`
    const more = { roles: ['admin'], isHonest: true }
    world.admins.push(
      await makePerson(world, { username: `root-${String(nth)}`, address, ...more }),
    )
  }
  await inParallel(users, async (nth) => {
    const address = `198.18.${String(nth >> 8)}.${String(nth & 255)}`
    const user = { username: `user-${String(nth)}`, address, isHonest: true }
    world.honest.push(await makePerson(world, user))
  })
  await inParallel(20, async (nth) => {
    const address = `192.0.2.${String(nth + 1)}`
    const filler = { username: `filler-${String(nth)}`, address, isHonest: true }
    world.fillers.push(await makePerson(world, filler))
  })
  return { ...world, appId: await registerApp(world) }
}

function createWorld(fleet: Fleet): World {
  const root = newPerson({ username: 'root-0', address: '198.19.0.1', isHonest: true })
  let end = Infinity
  let attackers = 0
  const world: World = {
    ...{ fleet, honest: [], admins: [root], fillers: [], appId: '' },
    ...{ random: seeded(seed), record: createRecord(), later: [], cleanUp: [] },
    ask: (question) => ask(fleet.balancer.origin, question),
    isOver: () => performance.now() > end,
    start: (seconds) => {
      end = performance.now() + seconds * 1000
    },
    makeAttacker: (name, more = {}) => {
      const address = `203.0.113.${String(20 + attackers++)}`
      return makePerson(world, { username: `mallory-${name}`, address, isHonest: false, ...more })
    },
  }
  return world
}

function newPerson({ username, address, isHonest, clientId }: PersonParts): Person {
  const at = { username, address, isHonest, ...(clientId !== undefined && { clientId }) }
  return { ...at, id: '', password, session: undefined, isBusy: false }
}

async function makePerson(world: World, parts: PersonParts): Promise<Person> {
  const person = newPerson(parts)
  person.id = await addUser(world, parts)
  const { status } = await insist(() => logIn(world, person))
  if (status !== 200) throw new Error(`${parts.username} was not logged in: ${String(status)}`)
  return person
}

async function addUser(world: World, { username, roles = [] }: PersonParts): Promise<string> {
  const { status, body } = await asRoot(world, 'POST /admin/users', { username, password, roles })
  if (status === 200) return String(body['id'])
  // A try before, which was answered 503, has added it.
  const found = await asRoot(world, `GET /admin/users?search=${username}&limit=1`)
  const id = /"id":"([^"]+)"/.exec(JSON.stringify(found.body))?.[1]
  if (id === undefined) throw new Error(`${username} was not added: ${String(status)}`)
  return id
}

async function registerApp(world: World): Promise<string> {
  const kind = { kind: 'public', grants: ['refresh_token'] }
  const may = { scopes: ['invoices:read'], audiences: ['api'] }
  const { status, body } = await asRoot(world, 'POST /admin/clients', {
    name: 'App',
    ...kind,
    ...may,
  })
  const { client } = body
  const id: unknown = Reflect.get(Object(client), 'id')
  if (typeof id !== 'string') throw new Error(`the app was not registered: ${String(status)}`)
  return id
}

async function asRoot(world: World, operation: string, body?: object): Promise<Answer> {
  const [root] = world.admins
  if (root === undefined) throw new Error('there is no administrator')
  return insist(() => actAs(world, root, { operation, body }))
}

/** Four at a time: more would only wait in the service. */
async function inParallel(count: number, make: (nth: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const work = async () => {
    while (next < count) await make(next++)
  }
  await Promise.all([work(), work(), work(), work()])
}
