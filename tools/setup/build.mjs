import { existsSync, readdirSync, rmSync } from 'node:fs'
import { buildConsole } from './build-console.mjs'
import { root } from './paths.mjs'
import { runTool } from './run.mjs'

/**
 * Compiles the library and the apps and bundles the console, only what changed since the last time.
 *
 * @returns {Promise<string | undefined>} the compiler's or the bundler's messages; nothing when all is well
 */
export async function build() {
  if (!existsSync(`${root}/dist`)) console.log('Building ...')
  const { code, output } = await runTool('typescript/bin/tsc', ['-b'])
  if (code !== 0) return `The build failed:\n${output.trim()}`
  for (const [from, to] of projects()) removeOrphans(from, to)
  return buildConsole()
}

/** @returns {[source: string, output: string][]} */
function projects() {
  const apps = readdirSync(`${root}/apps`)
    .filter((app) => app !== 'console') // its bundle is made as a whole
    .map((app) => `${root}/apps/${app}`)
  /** @type {[string, string][]} */
  const appProjects = apps.map((app) => [`${app}/src`, `${app}/dist`])
  return [
    [`${root}/src`, `${root}/dist`],
    [`${root}/examples`, `${root}/examples/dist`],
    ...appProjects,
  ]
}

/**
 * Deletes compiled files whose source is gone: the compiler leaves them, and they would be
 * imported, packed and published for ever.
 *
 * @param {string} source
 * @param {string} output
 */
function removeOrphans(source, output) {
  if (!existsSync(output)) return
  const files = readdirSync(output, { recursive: true }).map(String)
  for (const file of files) {
    if (file.startsWith('cjs/')) continue // made as a whole: build-commonjs.mjs
    const stem = /^(.+?)(\.d\.ts|\.js)(\.map)?$/.exec(file)?.[1]
    if (stem === undefined) continue
    const kept = ['.ts', '.tsx'].some((extension) => existsSync(`${source}/${stem}${extension}`))
    if (!kept) rmSync(`${output}/${file}`)
  }
}
