import { existsSync, readFileSync } from 'node:fs'
import { root } from './paths.mjs'

/**
 * The public subpaths of the package and the source file behind each.
 *
 * @returns {{ subpath: string, source: string, exists: boolean }[]} `source` is a path from the root
 */
export function entryPoints() {
  /** @type {{ exports: Record<string, string | { import: string }> }} */
  const manifest = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'))
  return Object.entries(manifest.exports).flatMap(([subpath, target]) => {
    if (typeof target === 'string') return []
    const source = target.import.replace('./dist/', 'src/').replace(/\.js$/, '.ts')
    return [{ subpath, source, exists: existsSync(`${root}/${source}`) }]
  })
}
