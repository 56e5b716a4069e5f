import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parseStrictObject } from '../../src/token/json/json.js'
import { describeVectors, vectorsFolder } from './find.js'

/** Valid JSON and refused here: a name that comes twice is read differently by different readers. */
const duplicates = ['y_object_duplicated_key.json', 'y_object_duplicated_key_and_value.json']

/** Valid JSON and refused here: integers beyond 2^53, however they are written; a double may have rounded them. */
const hugeIntegers = [
  'y_number.json',
  'y_number_real_capital_e.json',
  'y_number_real_exponent.json',
  'y_number_real_fraction_exponent.json',
  'y_object_extreme_numbers.json',
]

/** What RFC 8259 leaves open, and is taken here; everything else that it leaves open is refused. */
const takenOfTheOpen = [
  'i_number_double_huge_neg_exp.json',
  'i_number_real_underflow.json',
  'i_object_key_lone_2nd_surrogate.json',
  'i_string_1st_surrogate_but_2nd_missing.json',
  'i_string_1st_valid_surrogate_2nd_invalid.json',
  'i_string_incomplete_surrogate_and_escape_valid.json',
  'i_string_incomplete_surrogate_pair.json',
  'i_string_incomplete_surrogates_escape_valid.json',
  'i_string_invalid_lonely_surrogate.json',
  'i_string_invalid_surrogate.json',
  'i_string_inverted_surrogates_U+1D11E.json',
  'i_string_lone_second_surrogate.json',
]

describeVectors('JSONTestSuite through the claims parser', () => {
  const folder = join(vectorsFolder ?? '', 'JSONTestSuite/test_parsing')
  const files = readdirSync(folder).sort()
  const of = (kind: string) => files.filter((name) => name.startsWith(kind))
  const accepted = (names: readonly string[]) => names.filter((name) => accepts(join(folder, name)))

  it('JSONTestSuite has 318 files', () => {
    expect([of('y_').length, of('n_').length, of('i_').length]).toEqual([95, 188, 35])
  })
  it('the claims parser takes every valid file but duplicates and integers beyond 2^53', () => {
    const refused = [...duplicates, ...hugeIntegers]
    const expected = of('y_').filter((name) => !refused.includes(name))
    expect(accepted(of('y_'))).toEqual(expected)
    expect(expected).toHaveLength(95 - refused.length)
  })
  it('the claims parser refuses every invalid file', () => {
    expect(accepted(of('n_'))).toEqual([])
  })
  it('the claims parser takes of what is left open only what is written down', () => {
    expect(accepted(of('i_'))).toEqual(takenOfTheOpen)
  })
})

/** A claims set is an object, so the file goes in as the value of a member; an object goes in as it is too. */
function accepts(path: string): boolean {
  const bytes = readFileSync(path)
  const wrapped = Buffer.concat([Buffer.from('{"value":'), bytes, Buffer.from('}')])
  const asMember = parseStrictObject(wrapped, { maxDepth: 32 }).ok
  const alone = parseStrictObject(bytes, { maxDepth: 32 })
  // Alone it must never do better than as a member, and no worse when it is an object.
  if (alone.ok || alone.problem !== 'not an object') expect(alone.ok).toBe(asMember)
  return asMember
}
