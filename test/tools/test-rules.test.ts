import { Linter } from 'eslint'
import { describe, expect, it } from 'vitest'
import { changedModules, titlesWithoutSubject } from '../../tools/setup/test-rules.mjs'

/** How many titles without a subject, and changes of modules, the linter finds in a test file. */
function findings(text: string): number {
  const config: Linter.Config = {
    rules: { 'no-restricted-syntax': ['error', ...titlesWithoutSubject, ...changedModules] },
  }
  return new Linter().verify(text, config).length
}

describe('titles without a subject', () => {
  it.each([
    "test('refuses a tab', () => {})",
    "it('is false for another object', () => {})",
    "it('has %s', { timeout: 1 }, () => {})",
    "it.skip('keeps comments', () => {})",
    "it.each([1, 2])('is %d', () => {})",
    "test.skip.each([1])('says %d', () => {})",
    'it.each`a | b ${1} | ${2}`("takes $a", () => {})',
    'test(`gives ${name} back`, () => {})',
  ])('a title without a subject is found: %s', (text) => {
    expect(findings(`describe('parseApi', () => { ${text} })`)).toBe(1)
  })

  it.each([
    "it('parseApi refuses a tab', () => {})",
    "it.each([1, 2])('%d is even', () => {})",
    "test('names chosen by an attacker are spread evenly', () => {})",
    "test('israel is a name', () => {})",
    "describe('is the name of a group', () => {})",
    "expect('is text').toBe('has text')",
    "test('the answer is kept', () => { expect.poll(() => 'is ready') })",
  ])('a title with a subject, or no title, is left alone: %s', (text) => {
    expect(findings(text)).toBe(0)
  })
})

it.each(['vi.resetModules()', "vi.mock('x')", "vi.doMock('x', () => ({}))"])(
  'a test file that changes the modules of the others is found: %s',
  (text) => {
    expect(findings(text)).toBe(1)
  },
)

it('a test file that replaces a function of its own is left alone', () => {
  expect(findings('vi.fn(); vi.useFakeTimers(); mock.mock()')).toBe(0)
})
