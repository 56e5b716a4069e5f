import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { entryPoints } from '../setup/entry-points.mjs'
import { run, runTool } from '../setup/run.mjs'

/** @typedef {{ readonly tried: number, readonly problems: readonly string[] }} Outcome */

/** Subpaths as they are imported: `jotgate`, `jotgate/express` … */
export const subpaths = entryPoints().map(({ subpath }) => subpath.replace(/^\./, 'jotgate'))

/**
 * Uses the package in a project where nothing else is installed: by `import`, by `require`, and by both in one process.
 *
 * @param {string} project
 * @param {import('../setup/runtimes.mjs').Runtime} runtime
 * @returns {Promise<Outcome>}
 */
export async function tryAlone(project, runtime) {
  return gather(
    ['use.mjs', 'use.cjs', 'both.mjs'].map((name) =>
      tryProgram(project, [...runtime, name], 'used'),
    ),
  )
}

/**
 * Imports and requires every subpath in a project that has the frameworks.
 *
 * @param {string} project
 * @param {import('../setup/runtimes.mjs').Runtime} runtime
 * @returns {Promise<Outcome>}
 */
export async function trySubpaths(project, runtime) {
  const names = JSON.stringify(subpaths)
  const check = 'if (Object.keys(found).length === 0) throw new Error(name)'
  const importing = `for (const name of ${names}) { const found = await import(name); ${check} }\nconsole.log('used')\n`
  const requiring = `for (const name of ${names}) { const found = require(name); ${check} }\nconsole.log('used')\n`
  writeFileSync(join(project, 'all.mjs'), importing)
  writeFileSync(join(project, 'all.cjs'), requiring)
  return gather(
    ['all.mjs', 'all.cjs'].map((name) => tryProgram(project, [...runtime, name], 'used')),
  )
}

/**
 * Compiles for a strict project, as Node resolves modules and as bundlers do.
 *
 * @param {string} project
 * @param {readonly string[]} files
 * @param {{ readonly skipLibCheck: boolean }} options whether the types of other packages are left alone
 * @returns {Promise<Outcome>}
 */
export async function tryTypes(project, files, { skipLibCheck }) {
  const ways = [
    { module: 'nodenext', moduleResolution: 'nodenext', files },
    // A bundler takes ES modules alone.
    {
      module: 'esnext',
      moduleResolution: 'bundler',
      files: files.filter((file) => !file.endsWith('.cts')),
    },
  ]
  return gather(
    ways.map(async ({ files: compiled, ...way }) => {
      const options = { strict: true, noEmit: true, target: 'es2023', types: ['node'] }
      const name = `tsconfig.${way.moduleResolution}.json`
      const config = { compilerOptions: { ...options, ...way, skipLibCheck }, files: compiled }
      writeFileSync(join(project, name), JSON.stringify(config))
      const args = ['-p', name]
      const { code, output } = await runTool('typescript/bin/tsc', args, { cwd: project })
      return code === 0 ? [] : [`types by ${way.moduleResolution}: ${firstLines(output)}`]
    }),
  )
}

/**
 * Writes a program that imports every subpath with all of its names.
 *
 * @param {string} project
 * @returns {string} its name
 */
export function writeImports(project) {
  const lines = subpaths.map((subpath, index) => `import * as all${index} from '${subpath}'`)
  const names = subpaths.map((_, index) => `all${index}`)
  writeFileSync(
    join(project, 'all.ts'),
    `${lines.join('\n')}\nexport const all = [${names.join(', ')}]\n`,
  )
  return 'all.ts'
}

/**
 * @param {string} project
 * @param {readonly [string, ...string[]]} command
 * @param {string} expected the last line that it prints
 */
async function tryProgram(project, [program, ...args], expected) {
  const { code, output } = await run(program, args, { cwd: project })
  const last = output.trim().split('\n').at(-1)
  return code === 0 && last === expected ? [] : [`${args.join(' ')}: ${firstLines(output)}`]
}

/**
 * @param {readonly Promise<readonly string[]>[]} tries
 * @returns {Promise<Outcome>}
 */
async function gather(tries) {
  return { tried: tries.length, problems: (await Promise.all(tries)).flat() }
}

/** @param {string} output */
function firstLines(output) {
  return output.trim().split('\n').slice(0, 8).join(' | ')
}
