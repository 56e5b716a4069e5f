import fc from 'fast-check'
import type { FamilyStore } from '../../src/sessions/ports.js'
import { sampleFamily, sampleRequest, start } from '../../src/testkit/sample-family.js'

/** Something a program does to a store, with families by number and times by seconds after the start. */
export type Step =
  | {
      readonly do: 'create'
      readonly family: number
      readonly subject: string
      readonly life: number
    }
  | {
      readonly do: 'rotate'
      readonly family: number
      /** How many generations the token presented is behind the current one. */
      readonly lag: number
      readonly client: string
      readonly at: number
      readonly grace: number
      readonly recoverWithin: number
    }
  | { readonly do: 'end' | 'find' | 'findBySid'; readonly family: number; readonly at: number }
  | {
      readonly do: 'endAll'
      readonly subject: string
      readonly except: number
      readonly at: number
    }
  | { readonly do: 'list'; readonly subject: string; readonly at: number }
  | { readonly do: 'sweep'; readonly at: number }

const family = fc.integer({ min: 0, max: 3 })
const subject = fc.constantFrom('user-1', 'user-2')
/** Seconds for which a family lives without a refresh. */
const idle = 7200
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
      family,
      subject,
      life: fc.constantFrom(5, 650_000, 2_592_000),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: of('rotate'),
      family,
      lag: fc.constantFrom(-1, 0, 0, 0, 0, 1, 1, 1, 2),
      client: fc.constantFrom('web', 'web', 'web', 'web', 'app'),
      at,
      grace: fc.constantFrom(0, 10),
      recoverWithin: fc.constantFrom(0, 3600),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('end', 'find', 'findBySid'), family, at }),
  },
  { weight: 1, arbitrary: fc.record({ do: of('endAll'), subject, except: family, at }) },
  { weight: 2, arbitrary: fc.record({ do: of('list'), subject, at }) },
  { weight: 1, arbitrary: fc.record({ do: of('sweep'), at }) },
)

/** What may happen to a handful of families, of which two are there. */
export const history: fc.Arbitrary<readonly Step[]> = fc
  .array(step, { minLength: 4, maxLength: 25 })
  .map((steps) => [begun(0, 'user-1'), begun(1, 'user-2'), ...steps])

const begun = (number: number, name: string): Step => ({
  do: 'create',
  family: number,
  subject: name,
  life: 2_592_000,
})

/** Plays a history with families of their own names; what every step came to. */
export async function play(
  steps: readonly Step[],
  families: ReturnType<typeof newFamilies>,
  store: FamilyStore,
): Promise<readonly unknown[]> {
  const answers: unknown[] = []
  for (const each of steps) answers.push(await take(each, families, store))
  return answers
}

/** The families of one history, the same for every store it is played on. */
export function newFamilies() {
  return Array.from({ length: 4 }, () => sampleFamily())
}

type Families = ReturnType<typeof newFamilies>

async function take(each: Step, families: Families, store: FamilyStore): Promise<unknown> {
  const named = (number: number) => families[number] ?? sampleFamily()
  // Subjects are told apart by the history, since a store may hold more than one.
  const own = (name: string) => `${name} of ${named(0).id}`
  switch (each.do) {
    case 'create': {
      const absoluteExpiry = start + each.life
      const idleExpiry = Math.min(start + idle, absoluteExpiry)
      const created = {
        ...named(each.family),
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
      const { id } = named(each.family)
      const presented = Math.max(0, ((await store.find(id))?.generation ?? 0) - each.lag)
      const now = start + each.at
      const changes = { presented, client, grace, recoverWithin, now, idleTtl: idle }
      return store.rotate(sampleRequest(named(each.family), changes))
    }
    case 'find':
      return store.find(named(each.family).id)
    case 'findBySid':
      return store.findBySid(named(each.family).sid)
    case 'end':
      return store.end(named(each.family).id, start + each.at)
    case 'endAll': {
      const except = named(each.except).id
      const ended = await store.endAll({ subject: own(each.subject), now: start + each.at, except })
      return [...ended].sort((one, other) => (one.id < other.id ? -1 : 1))
    }
    case 'list':
      return store.list(own(each.subject), start + each.at)
    case 'sweep':
      return store.sweep(start + each.at)
  }
}
