import fc from 'fast-check'
import { parentOfFamily, type SessionStore, type SweepRequest } from '../../src/session/ports.js'
import { sampleSession, sampleRequest, start } from '../../src/testkit/sample-session.js'

/** Something a program does to a store, with sessions by number and times by seconds after the start. */
export type Step =
  | {
      readonly do: 'create'
      readonly session: number
      readonly subject: string
      readonly life: number
    }
  | {
      readonly do: 'rotate'
      readonly session: number
      /** How many generations the token presented is behind the current one. */
      readonly lag: number
      readonly client: string
      readonly at: number
      readonly grace: number
      readonly recoverWithin: number
    }
  | { readonly do: 'end' | 'find' | 'findBySid'; readonly session: number; readonly at: number }
  | {
      readonly do: 'endAll'
      readonly subject: string
      readonly except: number
      readonly at: number
    }
  | { readonly do: 'list'; readonly subject: string; readonly at: number }
  | { readonly do: 'sweep'; readonly at: number }
  | { readonly do: 'settle'; readonly session: number }
  | {
      readonly do: 'replace'
      readonly session: number
      readonly at: number
      /** Whether another family of refresh tokens begins. */
      readonly begins: boolean
    }

const session = fc.integer({ min: 0, max: 3 })
const subject = fc.constantFrom('user-1', 'user-2')
/** Seconds for which a session lives without a refresh. */
const idle = 7200
const day = 86_400
const at = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0, 1, 5, 9, 10, 11) },
  { weight: 1, arbitrary: fc.constantFrom(-3600, -61, -60, 3600, 3610, 3612) },
  { weight: 1, arbitrary: fc.constantFrom(idle - 1, idle, idle + 11) },
)
const of = <Name extends string>(name: Name) => fc.constant(name)

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: of('create'),
      session,
      subject,
      life: fc.constantFrom(5, 650_000, 2_592_000),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: of('rotate'),
      session,
      lag: fc.constantFrom(-1, 0, 0, 0, 0, 1, 1, 1, 2),
      client: fc.constantFrom('web', 'web', 'web', 'web', 'app'),
      at,
      grace: fc.constantFrom(0, 10),
      recoverWithin: fc.constantFrom(0, 3600),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('end', 'find', 'findBySid'), session, at }),
  },
  { weight: 1, arbitrary: fc.record({ do: of('endAll'), subject, except: session, at }) },
  { weight: 2, arbitrary: fc.record({ do: of('list'), subject, at }) },
  { weight: 1, arbitrary: fc.record({ do: of('sweep'), at }) },
  { weight: 1, arbitrary: fc.record({ do: of('settle'), session }) },
  { weight: 2, arbitrary: fc.record({ do: of('replace'), session, at, begins: fc.boolean() }) },
)

/** What may happen to a handful of sessions, of which two are there. */
export const history: fc.Arbitrary<readonly Step[]> = fc
  .array(step, { minLength: 4, maxLength: 25 })
  .map((steps) => [begun(0, 'user-1'), begun(1, 'user-2'), ...steps])

const begun = (number: number, name: string): Step => ({
  do: 'create',
  session: number,
  subject: name,
  life: 2_592_000,
})

/** Plays a history with sessions of their own names; what every step came to. */
export async function play(
  steps: readonly Step[],
  sessions: ReturnType<typeof newSessions>,
  store: SessionStore,
): Promise<readonly unknown[]> {
  const answers: unknown[] = []
  for (const each of steps) answers.push(await take(each, sessions, store))
  return answers
}

/** The sessions of one history, the same for every store it is played on. */
export function newSessions() {
  return Array.from({ length: 4 }, () => sampleSession())
}

type Sessions = ReturnType<typeof newSessions>

/**
 * After the last idle expiry: stores look at a session at different times, and a clock that was put back may have made it
 * earlier. The contract has the exact times.
 */
function swept(at: number): SweepRequest {
  return { before: start + at + 3 * idle, endedBefore: start + at + 3 * idle - day, limit: 1000 }
}

async function take(each: Step, sessions: Sessions, store: SessionStore): Promise<unknown> {
  const named = (number: number) => sessions[number] ?? sampleSession()
  // Subjects are told apart by the history, since a store may hold more than one.
  const own = (name: string) => `${name} of ${named(0).id}`
  switch (each.do) {
    case 'create': {
      const absoluteExpiry = start + each.life
      const idleExpiry = Math.min(start + idle, absoluteExpiry)
      const created = {
        ...named(each.session),
        subject: own(each.subject),
        absoluteExpiry,
        idleExpiry,
      }
      return store.create(created).then(
        () => 'created',
        () => 'refused',
      )
    }
    case 'rotate': {
      const { client, grace, recoverWithin } = each
      const { id } = named(each.session)
      const presented = Math.max(0, ((await store.find(id))?.generation ?? 0) - each.lag)
      const now = start + each.at
      const changes = { presented, client, grace, recoverWithin, now, idleTtl: idle }
      return store.rotate(sampleRequest(named(each.session), changes))
    }
    case 'find':
      return store.find(named(each.session).id)
    case 'findBySid':
      return store.findBySid(named(each.session).sid)
    case 'end':
      return store.end(named(each.session).id, start + each.at)
    case 'endAll': {
      const except = named(each.except).id
      const ended = await store.endAll({ subject: own(each.subject), now: start + each.at, except })
      return [...ended].sort((one, other) => (one.id < other.id ? -1 : 1))
    }
    case 'list':
      return store.list(own(each.subject), start + each.at)
    case 'sweep':
      return store.sweep(swept(each.at))
    case 'settle':
      return store.settle([named(each.session).id])
    case 'replace': {
      const was = await store.find(named(each.session).id)
      if (was === undefined) return 'unknown'
      const details = { authTime: start + each.at }
      const family = {
        generation: was.generation + 1,
        parent: parentOfFamily(was),
        rotatedAt: start + each.at,
      }
      return store.replace({ was, becomes: { ...was, ...(each.begins && family), details } })
    }
  }
}
