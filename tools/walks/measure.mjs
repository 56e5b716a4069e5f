import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { importClosure } from './imports.mjs'
import { measureLogin } from './login.mjs'
import { walks } from './table.mjs'

/**
 * One walk, measured.
 *
 * @typedef {{
 *   readonly name: string,
 *   readonly files: number,
 *   readonly functions?: number,
 *   readonly lines?: number,
 *   readonly entered: readonly { readonly file: string, readonly functions?: readonly string[] }[],
 * }} Measured
 */

/**
 * Measures one walk of the table on what is built, each in a process of its own.
 *
 * @param {string} name
 * @returns {Promise<Measured>}
 * @throws Error when the walk enters no function of ours: then nothing was measured
 * @example const { files, functions } = await measureWalk('verify')
 */
export async function measureWalk(name) {
  const walk = walks[name]
  if (walk === undefined) throw new Error(`no walk is named ${name}`)
  if (walk.kind === 'imports') return measureImports(name)
  const entered = walk.kind === 'service' ? await measureLogin() : await measureCall(name)
  return countEntered(name, entered)
}

/**
 * @param {string} name
 * @param {readonly import('./coverage.mjs').Entered[]} entered
 * @returns {Measured}
 * @throws Error when nothing was entered
 */
export function countEntered(name, entered) {
  if (entered.length === 0) throw new Error(`the walk ${name} entered no function of ours`)
  const functions = entered.reduce((sum, each) => sum + each.functions.length, 0)
  return { name, files: entered.length, functions, entered }
}

/**
 * What of a walk is above its bar, a line for each.
 *
 * @param {Measured} measured
 * @returns {readonly string[]}
 */
export function aboveBar({ name, files, functions = 0 }) {
  const { files: mostFiles = 0, functions: mostFunctions = 0 } = walks[name] ?? {}
  return [
    ...(files > mostFiles ? [`${name}: ${files} files, at most ${mostFiles}`] : []),
    ...(functions > mostFunctions
      ? [`${name}: ${functions} functions, at most ${mostFunctions}`]
      : []),
  ]
}

/** @param {string} name */
function measureImports(name) {
  const closure = importClosure('src/token/verify.ts')
  const lines = closure.reduce((sum, each) => sum + each.lines, 0)
  return { name, files: closure.length, lines, entered: closure.map(({ file }) => ({ file })) }
}

/**
 * @param {string} name
 * @returns {Promise<readonly import('./coverage.mjs').Entered[]>}
 */
async function measureCall(name) {
  const program = fileURLToPath(new URL('measure-library.mjs', import.meta.url))
  const child = fork(program, [name], { execArgv: [] })
  const [entered] = await Promise.race([
    once(child, 'message'),
    // Comes after every message of the child.
    once(child, 'disconnect').then(() => {
      throw new Error(`the walk ${name} ended without a figure`)
    }),
  ])
  return entered
}
