import './setup/node-version.mjs'
import process from 'node:process'
import { build } from './setup/build.mjs'
import { aboveBar, measureWalk } from './walks/measure.mjs'
import { walks } from './walks/table.mjs'

// `npm run walks [-- NAME… --json]`: how many files and functions of our own code one call enters, each measured on the
// built code in a process of its own. A walk that is named shows which. Fails when a walk is above its bar in walks/table.mjs.
const args = process.argv.slice(2)
const asJson = args.includes('--json')
const asked = args.filter((each) => each !== '--json')
if (!asked.every((name) => Object.hasOwn(walks, name))) {
  console.error(`usage: npm run walks [-- ${Object.keys(walks).join(' | ')} | --json]`)
  process.exit(2)
}
const problem = await build()
if (problem !== undefined) {
  console.error(problem)
  process.exit(1)
}
const measured = []
for (const name of asked.length > 0 ? asked : Object.keys(walks))
  measured.push(await measureWalk(name))
if (asJson) console.log(JSON.stringify(measured, null, 2))
else showTable(measured)
const problems = measured.flatMap(aboveBar)
for (const line of problems) console.error(`✗ ${line}`)
process.exitCode = problems.length === 0 ? 0 : 1

/** @param {readonly import('./walks/measure.mjs').Measured[]} found */
function showTable(found) {
  console.log(row(['', 'files', 'functions', 'lines', 'at most']))
  for (const { name, files, functions, lines, entered } of found) {
    const { what = '', files: mostFiles, functions: mostFunctions } = walks[name] ?? {}
    const most = [mostFiles, mostFunctions].filter((each) => each !== undefined).join(' / ')
    console.log(row([`${name}: ${what}`, files, functions, lines, most]))
    if (asked.length > 0) for (const each of entered) console.log(`  ${stepOf(each)}`)
  }
}

/** @param {import('./walks/measure.mjs').Measured['entered'][number]} step */
function stepOf({ file, functions }) {
  return functions === undefined ? file : `${file}: ${functions.join(', ')}`
}

/** @param {readonly (string | number | undefined)[]} cells */
function row([name, ...figures]) {
  return [String(name).padEnd(44), ...figures.map((each) => String(each ?? '').padStart(10))].join(
    '',
  )
}
