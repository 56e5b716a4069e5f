import fc from 'fast-check'
import { expect, test } from 'vitest'
import { valueOfCutOff } from '../../../src/revocation/session-cut-off.js'
import { RevocationTable } from '../../../src/revocation/table/table.js'

const issuer = 'https://auth.example'
const life = 100
const start = 10_000

interface Times {
  readonly before: number
  readonly expiresAt: number
}

/**
 * The model: a plain map from names to times.
 *
 * System under test: {@link RevocationTable} by itself.
 * Moves: add one entry, add 400 entries, let time pass and sweep, maintain.
 * Invariant: the table refuses exactly the names that the model refuses, for tokens of different ages. One exception: if a
 * cut-off is added after an earlier one of the same name has expired but was not dropped, the table may keep the later of
 * both. So the table may refuse what `everKnown` refuses, which never forgets an entry.
 */
interface Model {
  now: number
  readonly known: Map<string, Times>
  readonly everKnown: Map<string, Times>
}

const none: Times = { before: 0, expiresAt: 0 }

function note({ known, everKnown, now }: Model, name: string, times: Times): void {
  const old = known.get(name) ?? none
  known.set(name, latest(old.expiresAt > now ? old : none, times))
  everKnown.set(name, latest(everKnown.get(name) ?? none, times))
}

function latest(one: Times, other: Times): Times {
  return {
    before: Math.max(one.before, other.before),
    expiresAt: Math.max(one.expiresAt, other.expiresAt),
  }
}

/** The table, with its own `sweep` or a faulty one. */
interface Real {
  readonly table: RevocationTable
  readonly sweep: (table: RevocationTable, now: number) => void
}

/** `session` is the cut-off of a session. */
type Kind = 'jti' | 'sid' | 'client' | 'sub' | 'session'
const kinds: readonly Kind[] = ['jti', 'sid', 'client', 'sub', 'session']
const claimNames = { jti: 'jti', sid: 'sid', client: 'client_id', sub: 'sub', session: 'sid' }
const hasCutOff = (kind: Kind) => kind === 'sub' || kind === 'session'

class Add implements fc.Command<Model, Real> {
  readonly kind: Kind
  readonly value: string
  readonly lives: number
  readonly back: number
  constructor(kind: Kind, value: string, times: { lives: number; back: number }) {
    this.kind = kind
    this.value = value
    this.lives = times.lives
    this.back = times.back
  }
  check = () => true
  run(model: Model, { table }: Real): void {
    const expiresAt = model.now + this.lives
    const before = hasCutOff(this.kind) ? model.now - this.back : Infinity
    note(model, `${this.kind} ${this.value}`, { before, expiresAt })
    const entry =
      this.kind === 'session'
        ? { kind: 'sub' as const, value: valueOfCutOff(this.value) }
        : { kind: this.kind, value: this.value }
    table.add({ ...entry, issuer, expiresAt, before }) // kinds without `before` ignore it
    compare(model, table, [this.value])
  }
  toString = () => `add(${this.kind} ${this.value} for ${String(this.lives)}, ${String(this.back)})`
}

class AddMany implements fc.Command<Model, Real> {
  readonly first: number
  constructor(first: number) {
    this.first = first
  }
  check = () => true
  run(model: Model, { table }: Real): void {
    for (let n = 0; n < 400; n++) {
      const value = `n${String(this.first + n)}`
      const expiresAt = model.now + life
      note(model, `jti ${value}`, { before: Infinity, expiresAt })
      table.add({ kind: 'jti', issuer, value, expiresAt })
    }
  }
  toString = () => `addMany(${String(this.first)})`
}

class Pass implements fc.Command<Model, Real> {
  readonly seconds: number
  constructor(seconds: number) {
    this.seconds = seconds
  }
  check = () => true
  run(model: Model, real: Real): void {
    model.now += this.seconds
    // A process sweeps a minute behind the clock.
    real.sweep(real.table, model.now - 60)
    compare(model, real.table, names)
  }
  toString = () => `pass(${String(this.seconds)})`
}

class Maintain implements fc.Command<Model, Real> {
  check = () => true
  run(model: Model, { table }: Real): void {
    table.maintain()
    compare(model, table, names)
  }
  toString = () => 'maintain'
}

const names = ['a', 'b', '3f2504e0-4f89-41d3-9a0c-0305e82c3301', 'é🔑', 'n0', 'n401', 'n999']

/** Checks every name of every kind against the model. */
function compare(model: Model, table: RevocationTable, values: readonly string[]): void {
  const { now, known, everKnown } = model
  for (const kind of kinds)
    for (const value of values)
      for (const iat of [now - 40, now - 10, now]) {
        const refusedBy = (times: Times) => now < times.expiresAt && iat <= times.before
        const name = `${kind} ${value}`
        // A whole session and its cut-off are asked about by one claim.
        const asked = kinds.filter((each) => claimNames[each] === claimNames[kind])
        const isRefusedIn = (entries: ReadonlyMap<string, Times>, by: readonly Kind[]) =>
          by.some((each) => refusedBy(entries.get(`${each} ${value}`) ?? none))
        const least = isRefusedIn(known, asked)
        const most = least || isRefusedIn(everKnown, asked.filter(hasCutOff))
        const answer = table.refuses(issuer, { [claimNames[kind]]: value, iat }, () => now)
        if (answer ? !most : least) throw new Error(`${name}: ${String(answer)}`)
      }
}

const commands = fc.commands(
  [
    fc
      .tuple(
        fc.constantFrom(...kinds),
        fc.constantFrom(...names),
        fc.integer({ min: 1, max: life }),
      )
      .chain(([kind, value, lives]) =>
        fc.integer({ min: 0, max: 50 }).map((back) => new Add(kind, value, { lives, back })),
      ),
    // An entry for a token that lives much longer than others.
    fc
      .tuple(fc.constantFrom(...names), fc.integer({ min: life, max: 20 * life }))
      .map(([value, lives]) => new Add('jti', value, { lives, back: 0 })),
    fc.integer({ min: 0, max: 2000 }).map((first) => new AddMany(first)),
    fc.integer({ min: 1, max: 2 * life }).map((seconds) => new Pass(seconds)),
    fc.constant(new Maintain()),
  ],
  { maxCommands: 60 },
)

function property(sweep: Real['sweep']) {
  return fc.property(commands, (list) => {
    fc.modelRun(
      () => ({
        model: { now: start, known: new Map(), everKnown: new Map() },
        real: { table: new RevocationTable({ life }), sweep },
      }),
      list,
    )
  })
}

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 300)

test('a table refuses the same names as a plain map while it grows, sweeps and moves entries', () => {
  fc.assert(
    property((table, now) => {
      table.sweep(now)
    }),
    { numRuns },
  )
})

test('the model notices a table that drops entries ten seconds early', () => {
  const planted = property((table, now) => {
    table.sweep(now + 70)
  })
  expect(fc.check(planted, { numRuns: 3000 }).failed).toBe(true)
})
