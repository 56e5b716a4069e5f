import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { root } from './setup/paths.mjs'
import { reportFile } from './testing/run-tests.mjs'

// `npm run seconds:update`, after a whole `npm test` on a quiet machine: writes down how long the slow test files took.
if (!existsSync(reportFile)) throw new Error('Run `npm test` first: there is no report of a run')
/** @type {{ testResults: { name: string, startTime: number, endTime: number }[] }} */
const { testResults } = JSON.parse(readFileSync(reportFile, 'utf8'))
const slow = testResults
  .map(({ name, startTime, endTime }) => ({
    file: relative(root, name),
    seconds: Math.round((endTime - startTime) / 1000),
  }))
  .filter(({ seconds }) => seconds >= 3)
  .sort((one, other) => other.seconds - one.seconds)
const table = Object.fromEntries(slow.map(({ file, seconds }) => [file, seconds]))
writeFileSync(`${root}/tools/testing/seconds.json`, `${JSON.stringify(table, undefined, 2)}\n`)
console.log(`${slow.length} of ${testResults.length} files take 3 seconds or more`)
