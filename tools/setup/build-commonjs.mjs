import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import { filesBelow } from './files.mjs'
import { root } from './paths.mjs'
import { runTool } from './run.mjs'

const target = `${root}/dist/cjs`

/** @type {Promise<string | undefined> | undefined} */
let making

/**
 * Makes `dist/cjs`: the modules behind the subpaths as CommonJS, compiled from the source without checking it again. The
 * types are copies of those of the ES modules, which must be built. Once a process: several checks ask for it.
 *
 * @returns {Promise<string | undefined>} the compiler's messages; nothing when all is well
 */
export function buildCommonJs() {
  making ??= make()
  return making
}

async function make() {
  // Beside the folder in use, which another process may be packing.
  const made = `${root}/.cache/cjs-${process.pid}`
  const args = ['-p', 'src/tsconfig.cjs.json', '--outDir', made]
  const { code, output } = await runTool('typescript/bin/tsc', args)
  if (code !== 0) return `The build of CommonJS failed:\n${output.trim()}`
  for (const file of filesBelow(`${root}/dist`, /\.d\.ts$/, '')) {
    if (/^(cjs|cli)\//.test(file)) continue
    mkdirSync(dirname(`${made}/${file}`), { recursive: true })
    copyFileSync(`${root}/dist/${file}`, `${made}/${file}`)
  }
  writeFileSync(`${made}/package.json`, '{ "type": "commonjs", "sideEffects": false }\n')
  rmSync(target, { recursive: true, force: true })
  renameSync(made, target)
  return undefined
}
