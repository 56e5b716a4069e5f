import { existsSync, readFileSync } from 'node:fs'
import { root } from '../setup/paths.mjs'
import { run } from '../setup/run.mjs'
import { lockProblems, tracesOfMachine } from '../setup/traces.mjs'

const planted = ['home', 'someone', 'project'].map((part) => `/${part}`).join('')

/**
 * No tracked file speaks of one machine: no home folders, no registries, the lock file's included;
 * and no exception to the rules that hides in a comment.
 *
 * @type {import('../setup/check.mjs').Check}
 */
export async function hygiene() {
  const { output } = await run('git', [
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
  ])
  const files = output.split('\0').filter((file) => file !== '' && existsSync(`${root}/${file}`))
  const found = files.flatMap((file) =>
    tracesOfMachine(readFileSync(`${root}/${file}`, 'utf8')).map(
      ({ line, what }) => `${file}:${line} names ${what}`,
    ),
  )
  const lock = JSON.parse(readFileSync(`${root}/package-lock.json`, 'utf8'))
  const packages = Object.keys(lock.packages).length
  const caught = tracesOfMachine(`x ${planted}/a`).length
  return {
    saw: { files: files.length, packages, 'planted faults': caught },
    problems: [...found, ...lockProblems(lock)],
  }
}
