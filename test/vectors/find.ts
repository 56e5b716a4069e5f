import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The folder of public test vectors, or undefined when there is none: see {@link describeVectors}. */
export const vectorsFolder = findVectors()

/**
 * A suite over the public test vectors. Without them it says that it was skipped, and in CI it fails.
 *
 * @example describeVectors('RFC 7638', (read) => { it('the thumbprints agree', () => { read.json('rfc/rfc_jws_vectors.json') }) })
 */
export function describeVectors(name: string, suite: (read: VectorReader) => void): void {
  const folder = vectorsFolder
  if (folder !== undefined) {
    describe(name, () => {
      suite(readerOf(folder))
    })
    return
  }
  describe(name, () => {
    it('the suite needs the public test vectors', ({ skip }) => {
      const advice = `${name}: SKIPPED, no test vectors; see CONTRIBUTING.md, "Public test vectors"`
      console.warn(advice)
      expect(process.env['CI'], advice).toBeUndefined()
      skip(advice)
    })
  })
}

/** Reads a vector file by its path below the vectors folder. */
export interface VectorReader {
  readonly text: (path: string) => string
  /** The parsed file; the caller says what it is: the files are pinned, and a wrong shape shows as a failing test. */
  readonly json: (path: string) => unknown
}

function readerOf(folder: string): VectorReader {
  const text = (path: string) => readFileSync(join(folder, path), 'utf8')
  return { text, json: (path) => JSON.parse(text(path)) as unknown }
}

function findVectors(): string | undefined {
  const named = process.env['JOTGATE_VECTORS']
  if (named !== undefined && named !== '') {
    if (!existsSync(named)) throw new Error('JOTGATE_VECTORS names a folder that does not exist')
    return named
  }
  return [join(root, '../shared/vectors'), join(root, '.vectors')].find((path) => existsSync(path))
}
