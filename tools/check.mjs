import './setup/node-version.mjs'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import process from 'node:process'
import { installRooms } from './setup/install.mjs'
import { run } from './setup/run.mjs'
import { verdictFile } from './testing/run-tests.mjs'

// `npm run check`: `npm test`, which also installs and builds, and then every check; all of them run,
// and the last line counts tests and checks together. Arguments name the checks to run alone:
// `npm run check -- layers unused`.
const all = [
  ...['format', 'lint', 'types', 'layers', 'once', 'options', 'exports', 'unused', 'packed'],
  ...['installed', 'hygiene', 'generated', 'bench', 'docs', 'loaded'],
]
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !all.includes(name))
if (unknown.length > 0) {
  console.error(`No check is called ${unknown.join(', ')}; there are: ${all.join(', ')}`)
  process.exit(2)
}

const total = asked.length === 0 ? await tests() : { passed: 0, failed: 0 }
const names = asked.length === 0 ? all : asked
const problem = await installRooms(['test', 'tools', 'bench'])
if (problem !== undefined) {
  console.error(problem)
  process.exit(1)
}
// It mostly waits for programs of its own, and takes as long as half of the others: it runs beside them.
const ahead = names.includes('installed') ? outcome('installed') : undefined
for (const name of names) {
  const verdict = report(name, await (name === 'installed' && ahead ? ahead : outcome(name)))
  total.passed += verdict ? 1 : 0
  total.failed += verdict ? 0 : 1
}
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed === 0 ? 0 : 1

/** Runs the README's own command and reads the verdict it leaves. */
async function tests() {
  rmSync(verdictFile, { force: true })
  const { code } = await run('npm', ['test', '--loglevel=error'], { show: true })
  if (!existsSync(verdictFile)) return { passed: 0, failed: 1 }
  /** @type {import('./testing/ledger.mjs').Verdict} */
  const { passed, failed } = JSON.parse(readFileSync(verdictFile, 'utf8'))
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed }
}

/**
 * Prints the verdict of a check; one that looked at nothing has failed.
 *
 * @param {string} name
 * @param {Awaited<ReturnType<typeof outcome>>} found
 */
function report(name, { saw, problems, ms }) {
  const empty = Object.entries(saw).filter(([, count]) => count === 0)
  const faults = [...problems, ...empty.map(([what]) => `looked at no ${what}`)]
  const seconds = (ms / 1000).toFixed(1)
  const counted = Object.entries(saw).map(([what, count]) => `${count} ${what}`)
  const mark = faults.length === 0 ? '✓' : '✗'
  console.log(`${mark} ${name.padEnd(8)} ${seconds.padStart(5)} s  ${counted.join(', ')}`)
  for (const fault of faults) console.log(`    ${fault}`)
  return faults.length === 0
}

/**
 * Runs one check, and says how long that took. It is loaded only now: a fresh clone has no packages before `npm test`
 * installed them.
 *
 * @param {string} name
 * @returns {Promise<Awaited<ReturnType<import('./setup/check.mjs').Check>> & { readonly ms: number }>}
 */
async function outcome(name) {
  const start = performance.now()
  const ms = () => performance.now() - start
  try {
    const module = await import(`./checks/${name}.mjs`)
    const found = await module[name]()
    return { ...found, ms: ms() }
  } catch (error) {
    const problems = [error instanceof Error ? error.message : String(error)]
    return { saw: {}, problems, ms: ms() }
  }
}
