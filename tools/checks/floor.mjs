import { readFileSync } from 'node:fs'
import { root } from '../setup/paths.mjs'
import { run } from '../setup/run.mjs'

const file = 'test/floor.json'

/**
 * The least number of tests never falls: today's floor against every committed one.
 *
 * @type {import('../setup/check.mjs').Check}
 */
export async function floor() {
  const { output } = await run('git', ['log', '--format=%h', '--', file])
  const commits = output.split('\n').filter((line) => /^[0-9a-f]+$/.test(line))
  const now = testsOf(readFileSync(`${root}/${file}`, 'utf8'))
  const problems = []
  for (const commit of commits) {
    const { output: text } = await run('git', ['show', `${commit}:${file}`])
    const then = testsOf(text)
    if (then > now)
      problems.push(`${file} asks for ${now} tests, and asked for ${then} in ${commit}`)
  }
  return { saw: { commits: commits.length, tests: now }, problems }
}

/** @param {string} text */
function testsOf(text) {
  return Number(JSON.parse(text).tests)
}
