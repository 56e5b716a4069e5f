import { join } from 'node:path'
import { buildCommonJs } from './build-commonjs.mjs'
import { run } from './run.mjs'

/**
 * Packs the package as `npm publish` would; build its ES modules before.
 *
 * @param {string} folder where the tarball goes
 * @returns {Promise<{ tarball: string, files: readonly string[] }>} its path, and the paths in it
 */
export async function pack(folder) {
  const problem = await buildCommonJs()
  if (problem !== undefined) throw new Error(problem)
  const flags = ['--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder]
  const { code, output } = await run('npm', ['pack', ...flags])
  if (code !== 0) throw new Error(`npm pack failed: ${output.trim()}`)
  /** @type {{ filename: string, files: { path: string }[] }[]} */
  const [made] = JSON.parse(output.slice(output.indexOf('[')))
  if (made === undefined) throw new Error('npm pack made nothing')
  return { tarball: join(folder, made.filename), files: made.files.map(({ path }) => path) }
}
