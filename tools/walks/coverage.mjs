import { Session } from 'node:inspector'
import { pathToFileURL } from 'node:url'
import { root } from '../setup/paths.mjs'

/**
 * Functions of our own code that were called, by V8's count: a source file and the names of its functions.
 *
 * @typedef {{ readonly file: string, readonly functions: readonly string[] }} Entered
 *   `file`: path of the source from the root. `functions`: `(anonymous)` for those without a name.
 * @typedef {import('node:inspector').Profiler.ScriptCoverage} Script
 * @typedef {import('node:inspector').Profiler.FunctionCoverage} FunctionCoverage
 */

/**
 * Counts calls in this process from now on. Returns a function that gives what was called since it was last asked. Both
 * answer at once: no timer of the measured code can run in between.
 *
 * @returns {() => readonly Script[]}
 * @example
 * const take = countCalls()
 * await verify(token)
 * const entered = ownFunctions(take())
 */
export function countCalls() {
  const session = new Session()
  session.connect()
  session.post('Profiler.enable')
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  return () => {
    /** @type {readonly Script[]} */
    let scripts = []
    session.post('Profiler.takePreciseCoverage', (_error, answer) => {
      scripts = answer.result
    })
    return scripts
  }
}

/**
 * Our own functions in a coverage of V8. What a module does while it is loaded is no function.
 *
 * @param {readonly Script[]} scripts
 * @returns {readonly Entered[]} by path; empty when none of our functions was called
 */
export function ownFunctions(scripts) {
  return scripts
    .flatMap(({ url, functions }) => {
      const file = sourceOf(url)
      const called = functions
        .filter(isCalled)
        .map(({ functionName: name }) => name || '(anonymous)')
      return file === undefined || called.length === 0 ? [] : [{ file, functions: called }]
    })
    .sort((a, b) => (a.file < b.file ? -1 : 1))
}

/**
 * What was called in each of several coverages: of a process with timers, what belongs to the call itself.
 *
 * @param {readonly (readonly Script[])[]} coverages
 * @returns {readonly Script[]}
 */
export function inEach([first = [], ...others]) {
  const called = others.map((scripts) => new Set(scripts.flatMap(callsOf)))
  return first.map((script) => ({
    ...script,
    functions: script.functions.filter((each) =>
      called.every((calls) => calls.has(`${script.url} ${each.ranges[0]?.startOffset}`)),
    ),
  }))
}

/** @param {Script} script */
function callsOf({ url, functions }) {
  return functions.filter(isCalled).map(({ ranges }) => `${url} ${ranges[0]?.startOffset}`)
}

/** @param {FunctionCoverage} each */
function isCalled({ functionName, ranges: [whole] }) {
  const isModule = functionName === '' && whole?.startOffset === 0
  return !isModule && whole !== undefined && whole.count > 0
}

const base = `${pathToFileURL(root).href}/`
const built = /^((?:apps\/[^/]+\/)?)dist\/(.+)\.js$/

/**
 * The source of one of our built modules; undefined for everybody else's.
 *
 * @param {string} url
 */
function sourceOf(url) {
  const [, project, stem] = (url.startsWith(base) && built.exec(url.slice(base.length))) || []
  return stem === undefined ? undefined : `${project}src/${stem}.ts`
}
