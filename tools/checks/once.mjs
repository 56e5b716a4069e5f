import { readFileSync } from 'node:fs'
import { copiesIn, ideas } from '../once/ideas.mjs'
import { filesBelow } from '../setup/files.mjs'
import { root } from '../setup/paths.mjs'

const folders = ['src', 'apps/auth-service/src', 'apps/console/src']
const planted = 'tools/fixtures/once/'

/**
 * Ideas that once stood in several places, and were mended in some of them, have one home each.
 *
 * @type {import('../setup/check.mjs').Check}
 */
export function once() {
  const files = folders
    .flatMap((folder) => filesBelow(`${root}/${folder}`, /\.tsx?$/, `${folder}/`))
    .filter((file) => !file.includes('/generated/'))
  const caught = filesBelow(`${root}/${planted}`, /\.ts$/, planted).flatMap(look)
  return Promise.resolve({
    saw: { files: files.length, ideas: ideas.length, 'planted faults': caught.length },
    problems: [
      ...files.flatMap(look),
      ...ideas
        .filter(({ idea }) => !caught.some((problem) => problem.includes(idea)))
        .map(({ idea }) => `not caught: ${idea}`),
      ...ideas.filter(({ home }) => !files.includes(home)).map(({ home }) => `there is no ${home}`),
    ],
  })
}

/** @param {string} file */
function look(file) {
  return copiesIn(file, readFileSync(`${root}/${file}`, 'utf8'))
}
