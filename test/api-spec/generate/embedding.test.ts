import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  planNested,
  planTypes,
  type FieldPlan,
} from '../../../src/api-spec/generate/plan-fields.js'
import { parseApi, renderDiagnostics } from '../../../src/api-spec/language/parse.js'
import { toOpenApi } from '../../../src/api-spec/openapi/to-openapi.js'
import { apiText, goMembers, goStructs, hasNoEnd, type JsonMembers } from './go-structs.js'
import { createWorkshop, type Workshop } from './project.js'

function specOf(text: string) {
  const result = parseApi(text)
  if (!result.ok) throw new Error(renderDiagnostics(result))
  return result.spec
}

/** The members of each type of a file, as JSON has them. */
function membersOf(text: string): Readonly<Record<string, JsonMembers>> {
  return Object.fromEntries(
    planTypes(specOf(text)).map(({ name, fields }) => [name, asJson(fields)]),
  )
}

function asJson(fields: readonly FieldPlan[]): JsonMembers {
  return Object.fromEntries(
    fields.map(({ name, type }) => [
      name,
      type.kind === 'nested' ? asJson(planNested(type.members, 'a nested struct')) : null,
    ]),
  )
}

/** Types, and the JSON members that Go gives `S`, worked out by hand from the rules of encoding/json. */
const byHand: readonly (readonly [rule: string, types: string, members: string])[] = [
  [
    'an outer member hides an embedded one',
    'type S {\nB\nX string `json:"x"`\n}\ntype B { X int `json:"x"`\nY int `json:"y"` }',
    'y x',
  ],
  [
    'the tag counts, not the name of the member',
    'type S {\nB\nX int `json:"z"`\n}\ntype B { X int `json:"x"` }',
    'x z',
  ],
  [
    'the less deep of two embedded members counts',
    'type S {\nA\nB\n}\ntype A {\nC\n}\ntype B { X int `json:"x"` }\ntype C { X int `json:"x"`\nY int `json:"y"` }',
    'y x',
  ],
  [
    'two of one depth with tags drop each other',
    'type S {\nA\nB\n}\ntype A { X int `json:"x"`\nY int `json:"y"` }\ntype B { X int `json:"x"` }',
    'y',
  ],
  [
    'two of one depth without tags drop each other',
    'type S {\nA\nB\n}\ntype A { X int }\ntype B { X int\nY int }',
    'Y',
  ],
  [
    'of two of one depth the tagged one counts',
    'type S {\nA\nB\n}\ntype A { X int }\ntype B { Z int `json:"X"` }',
    'X',
  ],
  [
    'a dropped pair hides what is deeper',
    'type S {\nA\nB\n}\ntype A { X int `json:"x"`\nC\n}\ntype B { X int `json:"x"` }\ntype C { X int `json:"x"`\nY int `json:"y"` }',
    'y',
  ],
  [
    'an outer member hides a pair that would drop itself',
    'type S {\nA\nB\nX int `json:"x"`\n}\ntype A { X int `json:"x"` }\ntype B { X int `json:"x"` }',
    'x',
  ],
  [
    'a type embedded twice in one depth drops its members',
    'type S {\nA\nB\n}\ntype A {\nC\n}\ntype B {\nC\n}\ntype C { X int `json:"x"` }',
    '',
  ],
  [
    'what a type that is embedded twice embeds itself is kept once, as encoding/json does',
    'type S {\nA\nB\n}\ntype A {\nC\n}\ntype B {\nC\n}\ntype C {\nD\nX int `json:"x"`\n}\ntype D { Y int `json:"y"` }',
    'y',
  ],
  [
    'a type that is embedded in two depths counts in the first',
    'type S {\nA\nC\n}\ntype A {\nC\n}\ntype C { X int `json:"x"` }',
    'x',
  ],
  [
    'an embedded type with a name in its tag is a member',
    'type S {\nB `json:"b"`\n}\ntype B { X int `json:"x"` }',
    'b',
  ],
  [
    'an embedded type with a tag without a name is unfolded',
    'type S {\nB `json:",omitempty"`\n}\ntype B { X int `json:"x"` }',
    'x',
  ],
  [
    'an embedded type with "-" is left out',
    'type S {\nB `json:"-"`\nY int `json:"y"`\n}\ntype B { X int `json:"x"` }',
    'y',
  ],
  [
    'an embedded member with "-" hides nothing',
    'type S {\nB\nX int `json:"-"`\n}\ntype B { X int `json:"X"` }',
    'X',
  ],
  ['a struct may embed a pointer to itself', 'type S {\n*S\nX int `json:"x"`\n}', 'x'],
  [
    'two structs may embed pointers to each other',
    'type S {\n*B\nX int `json:"x"`\n}\ntype B {\n*S\nX int `json:"x"`\nY int `json:"y"`\n}',
    'y x',
  ],
  [
    'members stay where they are embedded',
    'type S {\nZ int `json:"z"`\nB\nA int `json:"a"`\n}\ntype B { X int `json:"x"`\nA int `json:"a"` }',
    'z x a',
  ],
]

describe('embedded types', () => {
  it.each(byHand)('an .api file follows Go where %s', (_rule, types, members) => {
    expect(Object.keys(membersOf(types)['S'] ?? {}).join(' ')).toBe(members)
  })

  it.each(byHand)('the model of encoding/json follows Go too where %s', (_rule, types, members) => {
    const structs = new Map(
      specOf(types).types.map(({ raw, members: own }) => [
        raw,
        own.map((member) => ({
          kind: member.inline ? ('embedded' as const) : ('plain' as const),
          name: member.inline ? member.type.raw.replace('*', '') : member.name,
          tag: /"([^",]*)/.exec(member.tag)?.[1] ?? '',
        })),
      ]),
    )
    const names = Object.keys(goMembers(structs.get('S') ?? [], structs))
    expect(names.sort()).toEqual(members === '' ? [] : members.split(' ').sort())
  })

  it('1,000 random trees of structs have the JSON members that the model of encoding/json gives them', () => {
    const seen = { compared: 0, endless: 0, dropped: 0, nested: 0, members: 0 }
    fc.assert(
      fc.property(goStructs, (structs) => {
        if ([...structs.values()].some((fields) => hasNoEnd(fields, structs))) {
          seen.endless++
          expect(() => membersOf(apiText(structs))).toThrow('contains itself')
          return
        }
        seen.compared++
        const got = membersOf(apiText(structs))
        for (const [name, fields] of structs) {
          const expected = goMembers(fields, structs)
          expect({ name, members: got[name] }).toEqual({ name, members: expected })
          seen.members += Object.keys(expected).length
          if (Object.values(expected).some((each) => each !== null)) seen.nested++
          if (fields.length > 1 && Object.keys(expected).length === 0) seen.dropped++
        }
      }),
      { numRuns: 2000, seed: 25 },
    )
    console.info(seen)
    expect(seen.compared).toBeGreaterThanOrEqual(1000)
    expect(seen.endless).toBeGreaterThan(10)
    expect(seen.members).toBeGreaterThan(5000)
    expect(seen.nested).toBeGreaterThan(500)
    expect(seen.dropped).toBeGreaterThan(10)
  }, 60_000)

  it('a struct that embeds itself by value is refused, through others too', () => {
    expect(() => membersOf('type S {\nS\n}')).toThrow('embeds itself')
    expect(() => membersOf('type S {\nB\n}\ntype B {\nS\n}')).toThrow('embeds itself')
  })

  it('a struct without a name that contains itself is refused, since it has no end when it is unfolded', () => {
    const text = 'type S {\nN {\n*S\nX int\n} `json:"n"`\n}'
    expect(() => membersOf(text)).toThrow('contains itself: give it a name')
  })

  it('structs without a name that double with each type are refused before they fill the memory', () => {
    const text = Array.from({ length: 40 }, (_, at) => {
      const next = `{\nT${String(at + 1)}\n}`
      return `type T${String(at)} {\nA ${next}\nB ${next}\n}\n`
    })
    expect(() => membersOf(`${text.join('')}type T40 { X int }`)).toThrow(
      'more than 100000 members',
    )
  })

  it('two members of one name in one struct are refused, in a struct without a name too', () => {
    const twice = 'X int `json:"x"`\nY int `json:"x"`'
    expect(() => membersOf(`type S {\n${twice}\n}`)).toThrow("has two members named 'x'")
    expect(() => membersOf(`type S {\nN {\n${twice}\n} \`json:"n"\`\n}`)).toThrow(
      "has two members named 'x'",
    )
  })

  it('a member that an outer one hides is not taken from the path', () => {
    const text =
      'type B { Id int `path:"id"` }\ntype S {\nB\nId int `json:"id"`\n}\nservice a { @handler H put /x/:id (S) }'
    expect(parseApi(text).diagnostics.map(({ message }) => message)).toEqual([
      "no member of the request takes ':id'",
    ])
    const both = text.replace('Id int `json:"id"`\n', '')
    expect(parseApi(both).diagnostics).toEqual([])
  })

  it('1,000 types that embed each other one in the next are refused, and do not exhaust the stack', () => {
    const chain = Array.from(
      { length: 1000 },
      (_, at) => `type T${String(at)} {\nT${String(at + 1)}\n}\n`,
    )
    expect(() => membersOf(`${chain.join('')}type T1000 { X int }`)).toThrow('more than 200 deep')
  })
})

const shadow = `type Base {
	Code int    \`json:"code"\`
	Data string \`json:"data,omitempty"\`
}
type Item {
	Id int64 \`json:"id"\`
}
type ItemResp {
	Base
	Data Item \`json:"data"\`
}
type Resp {
	Info {
		Base
		Name string \`json:"name"\`
	} \`json:"info"\`
}
service a-api {
	@handler Get
	get /item returns (ItemResp)
	@handler Save
	post /x (Resp) returns (Resp)
}
`

describe('a project with hidden members and embedding structs without a name', () => {
  let workshop: Workshop
  let said: readonly string[]
  beforeAll(() => {
    workshop = createWorkshop({ shadow: { text: shadow, servers: ['fetch'] } })
    said = workshop.compile()
  }, 120_000)
  afterAll(() => {
    workshop.remove()
  })

  it('a project with embedded structs compiles in the strictest setting', () => {
    expect(said).toEqual([])
  })

  it('a schema reads what a struct without a name embeds, and the outer of two members', async () => {
    const types = await workshop.load('shadow/generated/types')
    const read = async (name: string, value: unknown) => {
      const schema = types[name] as { '~standard': { validate(value: unknown): Promise<object> } }
      return schema['~standard'].validate(value)
    }
    const info = { code: 1, name: 'n' }
    expect(await read('Resp', { info })).toEqual({ value: { info } })
    expect(await read('Resp', { info: { name: 'n' } })).toHaveProperty('issues')
    expect(await read('ItemResp', { code: 1, data: { id: 1 } })).toEqual({
      value: { code: 1, data: { id: 1 } },
    })
    expect(await read('ItemResp', { code: 1, data: 'text' })).toHaveProperty('issues')
  })

  it('an OpenAPI document has the same members', () => {
    const { schemas } = toOpenApi(specOf(shadow)).components
    expect(schemas['ItemResp']).toMatchObject({
      properties: { code: {}, data: { $ref: '#/components/schemas/Item' } },
      required: ['code', 'data'],
    })
    expect(schemas['Resp']).toMatchObject({
      properties: { info: { required: ['code', 'name'] } },
    })
  })
})
