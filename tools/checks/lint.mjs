import { relative } from 'node:path'
import { ESLint } from 'eslint'
import { filesBelow } from '../setup/files.mjs'
import { root } from '../setup/paths.mjs'

/**
 * The rules of eslint.config.js, the sizes of files and functions among them; warnings count.
 *
 * @type {import('../setup/check.mjs').Check}
 */
export async function lint() {
  const results = await new ESLint({ cwd: root }).lintFiles(['.'])
  const linted = new Set(results.map((result) => relative(root, result.filePath)))
  const missed = ['src', 'apps', 'test', 'tools']
    .flatMap((folder) => filesBelow(`${root}/${folder}`, /\.(tsx?|mjs)$/, `${folder}/`))
    .filter((file) => !linted.has(file))
  const problems = results.flatMap(({ filePath, messages }) =>
    messages.map(
      ({ line, ruleId, message }) =>
        `${relative(root, filePath)}:${line} ${ruleId ?? 'syntax'}: ${message}`,
    ),
  )
  return {
    saw: { files: linted.size },
    problems: [...problems, ...missed.map((file) => `not linted: ${file}`)],
  }
}
