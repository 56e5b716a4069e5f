import { describe, expect, test } from 'vitest'
import { serverKeys, valueProblem } from '../../../src/api-spec/language/annotations.js'

/** Values of these kinds may have an exclamation mark. */
const takesMarks = new Set<string>(['text', 'scopes', 'roles'])

describe('valueProblem', () => {
  test.each(['', '/', 'v1', '/v1', '/v1/', '/v1/:tenant/x', 'v1.2/a-b', ':a:b', 'a:b/'])(
    '%j is a valid path',
    (prefix) => {
      expect(valueProblem('prefix', prefix)).toBeUndefined()
    },
  )

  test.each(['//', '/a//b', 'a b', '/a!', '::a', 'a/:', '/*'])('%j is no valid path', (prefix) => {
    expect(valueProblem('prefix', prefix)).toBe('takes a path')
  })

  // The time was exponential in the length: 40 letters took hours.
  test.each(Object.keys(serverKeys))(
    'valueProblem judges a long value of %s in linear time, whatever is at its end',
    (key) => {
      const kind = serverKeys[key as keyof typeof serverKeys]
      for (const piece of ['a', 'a/', ':a', 'a,', '1', '1h', '/', '-', '.']) {
        for (const length of [40, 20_000]) {
          const problem = valueProblem(key, `${piece.repeat(length)}!`)
          if (takesMarks.has(kind)) expect(['string', 'undefined']).toContain(typeof problem)
          else expect(problem).toMatch(/^takes/)
        }
      }
    },
  )
})
