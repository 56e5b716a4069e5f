import { describe, expect, it } from 'vitest'
import * as $ from '../../../src/api-spec/runtime/schema/index.js'
import {
  type Parts,
  readRequest,
  RequestError,
} from '../../../src/api-spec/runtime/schema/schema.js'

interface Order {
  readonly id: string
  readonly count?: number
  readonly note?: string
}

const Order: $.Schema<Order> = $.object<Order>(() => [
  { name: 'id', read: $.text({ length: { from: 1, to: 4 } }) },
  { name: 'count', optional: true, read: $.number({ whole: 'int8', range: { above: 0 } }) },
  { name: 'note', fallback: 'none', read: $.text() },
])

const validate = (value: unknown) => Order['~standard'].validate(value)

describe('a schema of jotgate/api-spec/schema', () => {
  it('a schema returns the value with its defaults, and without members that the type does not name', () => {
    expect(validate({ id: 'a', count: 127, extra: 1 })).toEqual({
      value: { id: 'a', count: 127, note: 'none' },
    })
  })

  it('a schema says every member that does not fit, and never its value', () => {
    expect(validate({ id: 'secret', count: 128, note: 7 })).toEqual({
      issues: [
        { path: ['id'], message: 'is too long or too short' },
        { path: ['count'], message: 'must be a whole number from -128 to 127' },
        { path: ['note'], message: 'must be text' },
      ],
    })
    expect(validate({ id: 'a', count: 0 })).toEqual({
      issues: [{ path: ['count'], message: 'is out of range' }],
    })
    expect(validate([])).toEqual({ issues: [{ path: [''], message: 'must be an object' }] })
  })

  it('a schema takes no member that every object inherits, and keeps a member named __proto__ as it is', () => {
    const Odd = $.object<object>(() => [
      { name: 'constructor', optional: true, read: $.anything },
      { name: '__proto__', optional: true, read: $.anything },
    ])
    expect(Odd['~standard'].validate({})).toEqual({ value: {} })
    const sent: unknown = JSON.parse('{"__proto__":{"isAdmin":true}}')
    const result = Odd['~standard'].validate(sent)
    const value = result.issues === undefined ? result.value : {}
    expect('isAdmin' in value).toBe(false)
    expect(Object.keys(value)).toEqual(['__proto__'])
  })

  it('a schema reads numbers and booleans of a query from plain texts only', () => {
    const read = (reader: $.Reader, value: unknown) => {
      const problems: $.Problem[] = []
      return [reader(value, 'x', { problems }), problems.length]
    }
    expect(read($.numberText(), '-1.5e3')).toEqual([-1500, 0])
    for (const text of ['0x10', ' 1', '1 ', '01', '', 'Infinity'])
      expect(read($.numberText(), text)).toEqual([undefined, 1])
    expect(read($.flagText, '1')).toEqual([true, 0])
    expect(read($.flagText, 'yes')).toEqual([undefined, 1])
  })
})

describe('readRequest', () => {
  const parts = (given: Partial<Parts>): Parts => {
    const none = () => []
    return { json: undefined, form: none, path: none, header: none, ...given }
  }
  const Search: $.Schema<{ id: string; tag?: readonly string[] }> = $.object(() => [
    { name: 'id', from: 'path', read: $.text() },
    { name: 'tag', from: 'form', optional: true, many: true, read: $.list($.text()) },
  ])

  it('readRequest reads each member from where its tag says', () => {
    const found = readRequest(
      Search,
      parts({ path: () => ['7'], form: () => ['a', 'b'], json: { id: 'body' } }),
      {},
    )
    expect(found).toEqual({ id: '7', tag: ['a', 'b'] })
  })

  it('readRequest refuses a value sent twice, a body that is no object, and unknown members when strict', () => {
    const problemsOf = (read: () => unknown) => {
      try {
        read()
      } catch (error) {
        return error instanceof RequestError ? error.problems : error
      }
      return 'accepted'
    }
    expect(problemsOf(() => readRequest(Search, parts({ path: () => ['7', '8'] }), {}))).toEqual([
      { path: 'id', message: 'was sent more than once' },
    ])
    expect(problemsOf(() => readRequest(Order, parts({ json: ['a'] }), {}))).toEqual([
      { path: '', message: 'the body must be a JSON object' },
    ])
    const strict = () =>
      readRequest(Order, parts({ json: { id: 'a', secret: 1 } }), { strict: true })
    expect(problemsOf(strict)).toEqual([
      { path: '', message: 'has members that this operation does not know' },
    ])
  })
})

describe('a type that names itself', () => {
  interface Tree {
    readonly children: readonly Tree[]
  }
  const Tree: $.Schema<Tree> = $.object<Tree>(() => [
    { name: 'children', read: $.list($.ref(() => Tree)) },
  ])
  const nested = (levels: number): unknown =>
    JSON.parse(`${'{"children":['.repeat(levels)}${']}'.repeat(levels)}`)

  it('a type that names itself is read a hundred levels deep', () => {
    expect(Tree['~standard'].validate(nested(100)).issues).toBeUndefined()
  })
  it('a type that names itself refuses deeper nesting, and does not overflow the stack', () => {
    for (const levels of [102, 50_000]) {
      const { issues } = Tree['~standard'].validate(nested(levels))
      expect(issues?.[0]?.message).toBe('nests too deeply')
    }
  })
  it('a type that is nested too deep is a bad request of the caller in a generated server', () => {
    const parts: Parts = { json: nested(50_000), form: () => [], path: () => [], header: () => [] }
    expect(() => readRequest(Tree, parts, {})).toThrow(RequestError)
  })
})
