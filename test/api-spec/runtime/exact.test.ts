import { expect, test } from 'vitest'
import * as $ from '../../../src/api-spec/runtime/schema/index.js'

function read(reader: $.Reader, value: unknown): unknown {
  const problems: $.Problem[] = []
  const result = reader(value, 'id', { problems })
  return problems[0]?.message ?? result
}

const most = 2n ** 63n - 1n
const signed = 'must be a whole number from -9223372036854775808 to 9223372036854775807'
const unsigned = 'must be a whole number from 0 to 18446744073709551615'

test('exact reads all that 64 bits hold from JSON numbers, and refuses everything else', () => {
  const int64 = $.exact({ whole: 'int64', as: 'bigint' })
  for (const value of [0n, most, -most - 1n, 2n ** 53n + 1n]) expect(read(int64, value)).toBe(value)
  expect(read(int64, 7)).toBe(7n)
  for (const value of [most + 1n, -most - 2n, 1.5, 2 ** 53, Number.NaN, '7', true, [7n], {}])
    expect(read(int64, value)).toBe(signed)
  const uint64 = $.exact({ whole: 'uint64', as: 'string' })
  expect(read(uint64, 2n ** 64n - 1n)).toBe('18446744073709551615')
  for (const value of [-1, -1n, 2n ** 64n]) expect(read(uint64, value)).toBe(unsigned)
})

test('exactText reads digits alone, as they are written without exponent, sign and leading zeros', () => {
  const int64 = $.exactText({ whole: 'int64', as: 'bigint' })
  expect(read(int64, '-9223372036854775808')).toBe(-most - 1n)
  for (const value of [
    '',
    '-0',
    '01',
    '+1',
    '1e3',
    '1.0',
    '0x1',
    ' 1',
    '1n',
    '9'.repeat(100_000),
    1,
    1n,
  ])
    expect(read(int64, value)).toBe(signed)
})

test('exact compares ends of a range and options with all their digits', () => {
  const range = { above: 9007199254740992n, to: 9007199254740994n }
  const limited = $.exact({ whole: 'int64', as: 'bigint', range })
  expect(read(limited, 9007199254740993n)).toBe(9007199254740993n)
  for (const value of [9007199254740992n, 9007199254740995n, 1])
    expect(read(limited, value)).toBe('is out of range')
  const chosen = $.exact({ whole: 'int64', as: 'string', options: [9007199254740993n] })
  expect(read(chosen, 9007199254740993n)).toBe('9007199254740993')
  expect(read(chosen, 9007199254740992n)).toBe('must be one of 9007199254740993')
})

test('a turn sends numbers as the tag says, refuses those that do not fit by their place, and keeps the rest', () => {
  const Id: $.Schema<object> = $.object<object>(() => [
    { name: 'id', read: $.exact({ whole: 'int64', as: 'string' }) },
    { name: 'text', optional: true, read: $.exactText({ whole: 'int64', as: 'bigint' }) },
    { name: 'list', optional: true, read: $.list($.ref(() => Id)) },
    { name: 'rate', optional: true, read: $.number() },
  ])
  const turn = (value: unknown, way: $.Way) => Id.read.turn?.(value, { at: '', way })
  const own = { id: '-5', text: 7n, list: [{ id: String(most) }], rate: 0.5, other: 'a' }
  const wire = { id: -5n, text: '7', list: [{ id: most }], rate: 0.5, other: 'a' }
  expect(turn(own, 'out')).toEqual(wire)
  expect(turn(wire, 'in')).toEqual(own)
  expect(turn({ toJSON: () => own }, 'out')).toEqual(wire)
  expect(turn({ id: null, rate: 2n ** 70n }, 'in')).toEqual({ id: null, rate: 2 ** 70 })
  for (const id of [String(most + 1n), 'secret', 1.5, {}])
    expect(() => turn({ id: 1, list: [{ id }] }, 'out')).toThrow(
      expect.objectContaining({ name: 'TypeError', message: `list.0.id ${signed}` }),
    )
})
