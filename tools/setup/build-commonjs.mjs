import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { filesBelow } from './files.mjs'
import { root } from './paths.mjs'
import { runTool } from './run.mjs'

const target = `${root}/dist/cjs`

/** @type {Promise<string | undefined> | undefined} */
let made

/**
 * Makes `dist/cjs`: the modules behind the subpaths as CommonJS, compiled from the source without checking it again. The
 * types are copies of those of the ES modules, which must be built. Once a process: several checks ask for it.
 *
 * @returns {Promise<string | undefined>} the compiler's messages; nothing when all is well
 */
export function buildCommonJs() {
  made ??= make()
  return made
}

async function make() {
  rmSync(target, { recursive: true, force: true })
  const { code, output } = await runTool('typescript/bin/tsc', ['-p', 'src/tsconfig.cjs.json'])
  if (code !== 0) return `The build of CommonJS failed:\n${output.trim()}`
  for (const file of filesBelow(`${root}/dist`, /\.d\.ts$/, '')) {
    if (/^(cjs|cli)\//.test(file)) continue
    mkdirSync(dirname(`${target}/${file}`), { recursive: true })
    copyFileSync(`${root}/dist/${file}`, `${target}/${file}`)
  }
  writeFileSync(`${target}/package.json`, '{ "type": "commonjs", "sideEffects": false }\n')
  return undefined
}
