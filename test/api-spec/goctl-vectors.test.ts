import { expect, it } from 'vitest'
import { parseApi, renderAsGoctl } from '../../src/api-spec/language/parse.js'
import { describeVectors, type VectorReader } from '../vectors/find.js'

/** One case of goctl's: a spec, an error text, or the text it ended with. */
interface GoctlCase {
  readonly path?: string
  readonly src?: string
  readonly name?: string
  readonly test?: string
  readonly spec?: unknown
  readonly error?: string
  readonly crash?: string
}

/** Where goctl's own slips are not followed, by case, each with the reason. */
const differences: Readonly<Record<string, string>> = {}

const folder = 'go-originals/api-files/'

describeVectors('goctl 1.10', (read) => {
  const files = cases(read, 'goctl_files.json')
  const snippets = cases(read, 'goctl_snippets.json')
  const invalid = cases(read, 'goctl_upstream_invalid.json')

  it('the vectors of goctl have the cases this suite was written for', () => {
    expect([files.length, snippets.length, invalid.length]).toEqual([69, 70, 250])
    expect(Object.keys(differences).length).toBeLessThanOrEqual(0.05 * 389)
  })

  it.each(files)('the parser comes to the same as goctl on $path', (given) => {
    const text = read.text(folder + (given.path ?? ''))
    compare(given, outcome(read, given.path ?? '', text))
  })

  it.each(snippets)('the parser comes to the same as goctl on the snippet "$name"', (given) => {
    compare(given, outcome(read, 'foo.api', given.src ?? ''))
  })

  it('the parser says what goctl says about every input its own tests call invalid', () => {
    for (const given of invalid) compare(given, outcome(read, 'foo.api', given.src ?? ''))
  })

  it('the dialect points to the place that goctl names, but for what is never closed', () => {
    const elsewhere: string[] = []
    let same = 0
    for (const { src = '' } of [...snippets, ...invalid]) {
      const [goctl] = parseApi(src, { mode: 'goctl' }).diagnostics
      const own = parseApi(src).diagnostics.find(({ severity }) => severity === 'error')
      if (goctl === undefined || goctl.form === 'bare' || own === undefined) continue
      const isSame = goctl.start.line === own.start.line && goctl.start.column === own.start.column
      if (isSame) same++
      else if (own.hint?.endsWith('is never closed') !== true) elsewhere.push(src)
    }
    // Of these goctl does not read as far, or stops before a word that the dialect takes for a name.
    expect(elsewhere).toEqual([
      expect.stringContaining('@jwt Auth'),
      expect.stringContaining('@doc "x"\n}'),
      'service foo{ @handler foo get /:foo-bar/baz foo',
    ])
    expect(same).toBe(258)
  })
})

function cases(read: VectorReader, name: string): readonly GoctlCase[] {
  return read.json(`go-originals/${name}`) as readonly GoctlCase[]
}

function outcome(read: VectorReader, path: string, text: string): unknown {
  const result = parseApi(text, {
    file: path,
    mode: 'goctl',
    read: (file) => readOrNothing(read, file),
  })
  return result.ok ? result.spec : renderAsGoctl(result)
}

function readOrNothing(read: VectorReader, path: string): string | undefined {
  try {
    return read.text(folder + path)
  } catch {
    return undefined // no such file, or a folder: goctl takes both for an empty file
  }
}

function compare(given: GoctlCase, got: unknown): void {
  // What goctl prints when it gives up starts with the time of the run.
  const expected = given.spec ?? given.error ?? given.crash?.replace(/^[\d/]+ [\d:]+ /, '')
  expect({ src: given.src, got }).toEqual({ src: given.src, got: expected })
}
