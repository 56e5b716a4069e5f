import { existsSync, readFileSync } from 'node:fs'
import { root } from '../setup/paths.mjs'
import { run } from '../setup/run.mjs'
import { lockProblems, tracesOfMachine } from '../setup/traces.mjs'

const planted = ['home', 'someone', 'project'].map((part) => `/${part}`).join('')

/**
 * No tracked file speaks of one machine: no home folders, no registries, the lock files' included;
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
  const locks = files
    .filter((file) => /(^|\/)package-lock\.json$/.test(file))
    .map((file) => ({ file, lock: JSON.parse(readFileSync(`${root}/${file}`, 'utf8')) }))
  const packages = locks.flatMap(({ lock }) => Object.keys(lock.packages)).length
  const caught = tracesOfMachine(`x ${planted}/a`).length
  return {
    saw: { files: files.length, 'lock files': locks.length, packages, 'planted faults': caught },
    problems: [...found, ...locks.flatMap(({ file, lock }) => lockProblems(lock, file))],
  }
}
