import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  planNested,
  planTypes,
  type FieldPlan,
} from '../../../src/api-spec/generate/plan-fields.js'
import { parseApi, renderDiagnostics } from '../../../src/api-spec/language/parse.js'
import { runGo } from './go-run.js'
import { apiText, goStructs, hasNoEnd, type GoStructs, type JsonMembers } from './go-structs.js'

const trees = 1000

function membersOf(structs: GoStructs): Readonly<Record<string, JsonMembers>> {
  const result = parseApi(apiText(structs))
  if (!result.ok) throw new Error(renderDiagnostics(result))
  return Object.fromEntries(
    planTypes(result.spec).map(({ name, fields }) => [name, asJson(fields)]),
  )
}

/** A plain member, and one of a struct with a name, is null. */
function asJson(fields: readonly FieldPlan[]): JsonMembers {
  return Object.fromEntries(
    fields.map(({ name, type }) => [
      name,
      type.kind === 'nested' ? asJson(planNested(type.members, 'a nested struct')) : null,
    ]),
  )
}

it(
  'random trees of structs have the JSON members that Go itself gives them',
  { timeout: 600_000 },
  async () => {
    const drawn = fc
      .sample(goStructs, { numRuns: 3 * trees, seed: 24 })
      .filter((structs) => ![...structs.values()].some((fields) => hasNoEnd(fields, structs)))
      .slice(0, trees)
    const found = await runGo(drawn)
    const seen = { members: 0, nested: 0 }
    for (const [index, structs] of drawn.entries()) {
      const ours = membersOf(structs)
      for (const [name, members] of Object.entries(found[index] ?? {})) {
        expect({ index, name, members: ours[name] }).toEqual({ index, name, members })
        seen.members += Object.keys(members).length
        seen.nested += Object.values(members).filter((each) => each !== null).length
      }
    }
    console.info(`${String(drawn.length)} trees, ${String(seen.members)} members`)
    expect(drawn).toHaveLength(trees)
    expect(seen.members).toBeGreaterThan(4 * trees)
    expect(seen.nested).toBeGreaterThan(trees / 10)
  },
)
