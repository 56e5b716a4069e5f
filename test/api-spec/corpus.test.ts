import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as api from '../../src/api-spec/index.js'
import {
  corpusFiles,
  corpusFolder,
  corpusResults,
  parseCorpus,
} from '../../tools/setup/api-corpus.mjs'
import { createWorkshop, type Source, type Workshop } from './generate/project.js'

// Short .api files by hand: every construct of the language, and every way in which names, guards and bodies may clash.
// After a wanted change: `npm run corpus:update`, and read the difference.

describe('the corpus of .api files', () => {
  const results = corpusResults(api)

  it('the corpus has at least 200 files, each with a golden result and no result without a file', () => {
    const golden = readdirSync(`${corpusFolder}/golden`).sort()
    expect(golden).toEqual(Object.keys(results).map((topic) => `${topic}.txt`))
    expect(corpusFiles().length).toBeGreaterThanOrEqual(200)
  })

  it.each(Object.entries(results))(
    'the files on %s come to their golden results',
    (topic, text) => {
      expect(text).toBe(readFileSync(`${corpusFolder}/golden/${topic}.txt`, 'utf8'))
    },
  )

  it('no file of the corpus is formatted in two ways, or into another spec', () => {
    expect(Object.values(results).join('')).not.toMatch(/NOT IDEMPOTENT|ANOTHER SPEC/)
  })
})

describe('the projects of the corpus', () => {
  let workshop: Workshop
  let names: readonly string[]
  beforeAll(() => {
    const sources = goodSources()
    names = Object.keys(sources)
    workshop = createWorkshop(sources)
  }, 120_000)
  afterAll(() => {
    workshop.remove()
  })

  it('every file that is not refused makes a server and a client that compile in the strictest setting', () => {
    expect(names.length).toBeGreaterThanOrEqual(100)
    expect(workshop.compile()).toEqual([])
  })
})

/** What can be generated, imports included. */
function goodSources(): Readonly<Record<string, Source>> {
  const found = corpusFiles().flatMap((name): [string, Source][] => {
    const { spec } = parseCorpus(api, name)
    if (spec === undefined || spec.service === '') return []
    try {
      api.generate(spec)
    } catch (error) {
      if (error instanceof api.ApiSpecError) return []
      throw error
    }
    return [[name.replace('.api', ''), { text: spec, servers: ['fetch'] }]]
  })
  return Object.fromEntries(found)
}
