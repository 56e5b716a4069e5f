import { describe, expect, it, test } from 'vitest'
import { AuthError, ConfigError } from '../../src/foundation/errors.js'
import { presets, type KratosRules } from '../../src/gate/index.js'
import { fakeCall } from '../gate/calls.js'
import { describeVectors } from '../vectors/find.js'

const { select } = presets.kratos
const guards = (rules: KratosRules, operation: string) => select(rules)(fakeCall({ operation }))

/** The rules of each row of the runs; `null`: here that is a ConfigError; `undefined`: there is no such thing here. */
const builders: Readonly<Record<string, KratosRules | null | undefined>> = {
  'prefix /hello/': { prefix: '/hello/' },
  "prefix ''": null,
  // The later call of a builder replaces the list of the earlier one, as the later member of an object does.
  'prefix twice overrides': { ...{ prefix: '/a' }, ...{ prefix: '/b' } },
  'regex a|ab': { regex: 'a|ab' },
  'regex /test/[0-9]+': { regex: '/test/[0-9]+' },
  'regex abc on empty op': undefined,
  'regex invalid': null,
  'path exact': { path: '/a' },
  'path trailing': { path: '/a' },
  'no rule': null,
  'no transport': undefined,
  'server selector w/ client ctx': undefined,
  'match false + path true': { match: () => false, path: '/a' },
}

describeVectors('the runs of Kratos’ selector', (read) => {
  const lines = read.text('go-originals/kratos_selector_client_runs.txt').split('\n')
  const rows = lines.flatMap((line) => {
    const [, rule = '', operation = '', answer] =
      /^(.*) op="(.*)" => (true|false)$/.exec(line) ?? []
    return answer === undefined ? [] : [{ rule, operation, answer: answer === 'true' }]
  })

  it('the runs of Kratos’ selector are 14, each with its rules', () => {
    expect(rows).toHaveLength(14)
    expect(rows.filter(({ rule }) => !Object.hasOwn(builders, rule))).toEqual([])
  })

  it.each(rows)('$rule, $operation: $answer', ({ rule, operation, answer }) => {
    const rules = builders[rule]
    if (rules) expect(guards(rules, operation)).toBe(answer)
    else if (rules === null) expect(() => select(ruleless(rule))).toThrow(ConfigError)
    // Every call has a transport and an operation or a path here; a gate knows no other.
    else expect(operation === '' || /transport|ctx/.test(rule)).toBe(true)
  })
})

describe('TestMatch and TestMatchClient', () => {
  const rules = { prefix: '/hello/', regex: '/test/[0-9]+', path: '/example/kratos' }
  test.each([
    ['/hello/world', true],
    ['/hi/world', false],
    ['/test/1234', true],
    ['/example/kratos', true],
  ])('%s: %s', (operation, answer) => {
    expect(guards(rules, operation)).toBe(answer)
  })
})

describe('TestFunc and TestHeaderFunc', () => {
  test('a function decides by the operation', () => {
    const match = ({ operation = '' }: { operation?: string | undefined }) =>
      operation.startsWith('/go-kratos.dev') || operation.endsWith('world')
    const answers = [
      '/hello.Update/world',
      '/hi.Create/world',
      '/test.Name/1234',
      '/go-kratos.dev/kratos',
    ]
    expect(answers.map((operation) => guards({ match }, operation))).toEqual([
      true,
      true,
      false,
      true,
    ])
  })

  test('a function decides by a header', () => {
    const selector = select({ match: (call) => call.header('x-test').includes('test') })
    const asks = (...fields: [string, string][]) =>
      selector(fakeCall({ operation: '/a/B', fields }))
    expect([asks(['X-Test', 'test']), asks(['X-Test', 'other']), asks()]).toEqual([
      true,
      false,
      false,
    ])
  })
})

describe('Test_RegexMatch', () => {
  test.each([
    [['/test/[0-9]+'], '/test/123', true],
    [['/test/[0-9]+'], '/test/abc', false],
    [['/a/[0-9]+', '/b/[0-9]+'], '/a/1', true],
    [['/a/[0-9]+', '/b/[0-9]+'], '/b/1', true],
    [['/a/[0-9]+', '/b/[0-9]+'], '/c/1', false],
  ])('%j, %s: %s', (regex, operation, answer) => {
    expect(guards({ regex }, operation)).toBe(answer)
  })

  test('an expression that does not compile is refused, alone or beside another', () => {
    expect(() => select({ regex: '^\\b(?' })).toThrow(ConfigError)
    expect(() => select({ regex: ['^\\b(?', '/ok'] })).toThrow(ConfigError)
    expect(() => select({ regex: [] })).toThrow(ConfigError)
    expect(() => select({ regex: /a/g })).toThrow(ConfigError)
  })
})

describe('Kratos’ rules on paths, which it never sees', () => {
  const guardsPath = (rules: KratosRules, url: string) => select(rules)(fakeCall({ url }))

  test('a prefix is a beginning, and not a segment', () => {
    expect(guardsPath({ prefix: '/api' }, '/apis')).toBe(true)
    expect(guards({ prefix: '/api.v1.' }, '/api.v1.UserService/GetUser')).toBe(true)
  })

  test.each(['/API/x', '/api/x/', '/%61pi/x'])('%s is /api/x', (url) => {
    expect(guardsPath({ path: '/api/x' }, url)).toBe(true)
    expect(guardsPath({ prefix: '/api/' }, url)).toBe(true)
    expect(guardsPath({ regex: '/api/x' }, url)).toBe(true)
  })

  test.each(['//api/x', '/api/x;a', '/y/../api/x', '/%2fapi', '/api%5cx'])(
    '%s is refused',
    (url) => {
      expect(() => guardsPath({ prefix: '/api' }, url)).toThrow(AuthError)
    },
  )

  test('a rule with parameters guards every path it can mean', () => {
    expect(guardsPath({ path: '/users/:id' }, '/users/7')).toBe(true)
    expect(guardsPath({ prefix: '/x/{id}' }, '/x/7')).toBe(true)
    expect(guardsPath({ path: '/users/:id' }, '/groups/7')).toBe(false)
  })

  test('select reports rules that never matched, and refuses an unknown one', () => {
    const selector = select({ path: ['/a', '/b'] })
    selector(fakeCall({ operation: '/a' }))
    expect(selector.unusedRules()).toEqual(['presets.kratos.select.path "/b"'])
    expect(() => select({ prefixes: '/a' } as never)).toThrow(ConfigError)
  })
})

function ruleless(rule: string): KratosRules {
  if (rule === "prefix ''") return { prefix: '' }
  return rule === 'regex invalid' ? { regex: '^\\b(?' } : {}
}
