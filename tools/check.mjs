import './setup/node-version.mjs'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import process from 'node:process'
import { run } from './setup/run.mjs'
import { verdictFile } from './testing/run-tests.mjs'

// `npm run check`: `npm test`, which also installs and builds, and then every check; all of them run,
// and the last line counts tests and checks together. Arguments name the checks to run alone:
// `npm run check -- layers sizes`.
const all = [
  ...['format', 'lint', 'types', 'layers', 'sizes', 'exports', 'unused', 'packed'],
  ...['installed', 'hygiene', 'floor', 'generated', 'bench', 'docs'],
]
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !all.includes(name))
if (unknown.length > 0) {
  console.error(`No check is called ${unknown.join(', ')}; there are: ${all.join(', ')}`)
  process.exit(2)
}

const total = asked.length === 0 ? await tests() : { passed: 0, failed: 0 }
const names = asked.length === 0 ? all : asked
// It mostly waits for programs of its own, and takes as long as half of the others: it runs beside them.
const ahead = names.includes('installed') ? outcome('installed') : undefined
for (const name of names) {
  const verdict = await report(name, name === 'installed' ? ahead : undefined)
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
 * Runs one check and prints its verdict; one that looked at nothing has failed.
 *
 * @param {string} name
 * @param {ReturnType<typeof outcome>} [begun] when it runs already
 */
async function report(name, begun) {
  const start = performance.now()
  const { saw, problems } = await (begun ?? outcome(name))
  const empty = Object.entries(saw).filter(([, count]) => count === 0)
  const faults = [...problems, ...empty.map(([what]) => `looked at no ${what}`)]
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  const counted = Object.entries(saw).map(([what, count]) => `${count} ${what}`)
  const mark = faults.length === 0 ? '✓' : '✗'
  console.log(`${mark} ${name.padEnd(8)} ${seconds.padStart(5)} s  ${counted.join(', ')}`)
  for (const fault of faults) console.log(`    ${fault}`)
  return faults.length === 0
}

/**
 * A check is loaded only now: a fresh clone has no packages before `npm test` installed them.
 *
 * @param {string} name
 * @returns {ReturnType<import('./setup/check.mjs').Check>}
 */
async function outcome(name) {
  try {
    const module = await import(`./checks/${name}.mjs`)
    return await module[name]()
  } catch (error) {
    return { saw: {}, problems: [error instanceof Error ? error.message : String(error)] }
  }
}
