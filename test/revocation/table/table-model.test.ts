import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RevocationTable } from '../../../src/revocation/table/table.js'

const issuer = 'https://auth.example'
const life = 100
const start = 10_000

interface Times {
  readonly before: number
  readonly expiresAt: number
}

/**
 * A plain map of names to times: what the table must be, whatever it does inside. `ever` forgets nothing: a table may
 * still have a cut-off that has expired when the next one of its name comes, and keep the later of the two.
 */
interface Model {
  now: number
  readonly known: Map<string, Times>
  readonly ever: Map<string, Times>
}

const none: Times = { before: 0, expiresAt: 0 }

function note({ known, ever, now }: Model, name: string, times: Times): void {
  const old = known.get(name) ?? none
  known.set(name, latest(old.expiresAt > now ? old : none, times))
  ever.set(name, latest(ever.get(name) ?? none, times))
}

function latest(one: Times, other: Times): Times {
  return {
    before: Math.max(one.before, other.before),
    expiresAt: Math.max(one.expiresAt, other.expiresAt),
  }
}

/** What is done to both; `sweep` is the table's own, or a planted one. */
interface Real {
  readonly table: RevocationTable
  readonly sweep: (table: RevocationTable, now: number) => void
}

type Kind = 'jti' | 'sid' | 'client' | 'sub'
const kinds: readonly Kind[] = ['jti', 'sid', 'client', 'sub']
const claimNames = { jti: 'jti', sid: 'sid', client: 'client_id', sub: 'sub' } as const

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
    const before = this.kind === 'sub' ? model.now - this.back : Infinity
    note(model, `${this.kind} ${this.value}`, { before, expiresAt })
    const entry = { kind: this.kind, issuer, value: this.value, expiresAt, before }
    table.add(entry) // `before` is more than kinds without it have
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
    // Forgetting runs behind the clock.
    real.sweep(real.table, model.now - 60)
    compare(model, real.table, names)
  }
  toString = () => `pass(${String(this.seconds)})`
}

class Tend implements fc.Command<Model, Real> {
  check = () => true
  run(model: Model, { table }: Real): void {
    table.tend()
    compare(model, table, names)
  }
  toString = () => 'tend'
}

const names = ['a', 'b', '3f2504e0-4f89-41d3-9a0c-0305e82c3301', 'é🔑', 'n0', 'n401', 'n999']

/** Neither more nor less is refused than the model says, by every name of every kind. */
function compare(model: Model, table: RevocationTable, values: readonly string[]): void {
  const { now, known, ever } = model
  for (const kind of kinds)
    for (const value of values)
      for (const iat of [now - 40, now - 10, now]) {
        const refusedBy = (times: Times) => now < times.expiresAt && iat <= times.before
        const name = `${kind} ${value}`
        const least = refusedBy(known.get(name) ?? none)
        const most = kind === 'sub' ? refusedBy(ever.get(name) ?? none) : least
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
    // A token that lives much longer than others.
    fc
      .tuple(fc.constantFrom(...names), fc.integer({ min: life, max: 20 * life }))
      .map(([value, lives]) => new Add('jti', value, { lives, back: 0 })),
    fc.integer({ min: 0, max: 2000 }).map((first) => new AddMany(first)),
    fc.integer({ min: 1, max: 2 * life }).map((seconds) => new Pass(seconds)),
    fc.constant(new Tend()),
  ],
  { maxCommands: 60 },
)

function property(sweep: Real['sweep']) {
  return fc.property(commands, (list) => {
    fc.modelRun(
      () => ({
        model: { now: start, known: new Map(), ever: new Map() },
        real: { table: new RevocationTable({ life }), sweep },
      }),
      list,
    )
  })
}

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 300)

test('a table refuses what a plain map of names refuses, through growth, forgetting and moving', () => {
  fc.assert(
    property((table, now) => {
      table.sweep(now)
    }),
    { numRuns },
  )
})

test('a table that forgets a little early is found out', () => {
  const planted = property((table, now) => {
    table.sweep(now + 70)
  })
  expect(fc.check(planted, { numRuns: 3000 }).failed).toBe(true)
})
