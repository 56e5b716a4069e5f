import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Diagnostic, goctlText } from '../../src/api-spec/diagnostic.js'
import { parseApi, renderDiagnostics } from '../../src/api-spec/parse.js'
import { everyForm, mutations, soups } from './texts.js'

/** The long run: FUZZ_RUNS=1000000. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 2000)

describe('parseApi takes any text', () => {
  it('never throws, and places every diagnostic inside the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(soups, mutations([everyForm]), fc.string(), fc.string({ unit: 'binary' })),
        expectPlaced,
      ),
      {
        numRuns: runs,
      },
    )
  }, 0)

  it('reads long texts of anything in a time that does not grow with its square', () => {
    const slow: string[] = []
    for (const piece of hostile) {
      const time = (size: number) => {
        const text = piece.repeat(Math.ceil(size / piece.length))
        const start = performance.now()
        parseApi(text)
        parseApi(text, { mode: 'goctl' })
        return performance.now() - start
      }
      time(1000)
      const [small, large] = [Math.max(time(5000), time(5000)), time(40_000)]
      // Eight times the text: a square would be 64 times the time. Small times are noise.
      if (large > 40 * small && large > 60)
        slow.push(`${JSON.stringify(piece)}: ${String(small)} ms, then ${String(large)} ms`)
    }
    expect(slow).toEqual([])
  })
})

const hostile = [
  ...'[ { ( * " ` / @ . - \0 } a 1'.split(' '),
  '/*',
  '/**/',
  '// c\n',
  '@jwt ',
  '@handler ',
  '@handler a get /x ',
  'type A {',
  'type A {}\n',
  'type A { B C }\n',
  'service a { @handler h get /x }\n',
  '[]',
  'map[',
  '*[]',
  'a,',
  'a b\n',
  'type ',
  'import "a" ',
  'info(a: b)',
  '@server(a:b)',
  '1h',
  '1h2m3s4ms5µs6ns',
  '𝒳',
  '\n',
  '\u2028',
  '%d',
  'struct {',
  'interface{}',
  'type (',
  '/a',
  '"\n',
  '`',
  'retruns ',
  '@handlr ',
]

/** One `expect` a text: millions of them would take longer than the parser. */
function expectPlaced(text: string): void {
  for (const mode of ['dialect', 'goctl'] as const) {
    const result = parseApi(text, { mode, file: 'x.api' })
    const failed = result.diagnostics.some(({ severity }) => severity === 'error')
    const rendered = renderDiagnostics(result) !== ''
    const misplaced = result.diagnostics.filter((diagnostic) => !isPlaced(diagnostic, text, mode))
    if (
      result.ok === failed ||
      rendered !== result.diagnostics.length > 0 ||
      misplaced.length > 0
    ) {
      expect({ text, mode, ok: result.ok, rendered, misplaced }).toBeUndefined()
    }
  }
}

function isPlaced(diagnostic: Diagnostic, text: string, mode: 'dialect' | 'goctl'): boolean {
  const { start, end, form } = diagnostic
  const inside = start.offset >= 0 && end >= start.offset && end <= text.length
  const named = form === 'bare' || goctlText(diagnostic).includes('x.api')
  if (!inside || !named) return false
  // goctl itself loses count of lines inside strings and comments.
  const [line, column] = placeOf(text, start.offset)
  return mode === 'goctl' || (line === start.line && column === start.column)
}

function placeOf(text: string, offset: number): readonly [number, number] {
  const lines = text
    .slice(0, offset)
    .replace(/^\ufeff/, '')
    .split('\n')
  return [lines.length, Array.from(lines.at(-1) ?? '').length + 1]
}
