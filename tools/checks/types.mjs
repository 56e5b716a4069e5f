import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { root } from '../setup/paths.mjs'
import { runTool } from '../setup/run.mjs'

/**
 * The compiler has nothing to say about the library, the apps, the tests, the tools and the benchmark.
 *
 * @type {import('../setup/check.mjs').Check}
 */
export async function types() {
  // First the build: tests and apps read the types it writes.
  const built = await compile(['-b'])
  const others = await Promise.all(['test', 'tools', 'bench'].map((name) => compile(['-p', name])))
  const projects = [built, ...others]
  return {
    saw: {
      'built files': buildInfos().reduce((sum, file) => sum + ownFilesOf(file), 0),
      'test files': others[0]?.files ?? 0,
      'tool files': others[1]?.files ?? 0,
      'bench files': others[2]?.files ?? 0,
    },
    problems: projects.flatMap(({ errors }) => errors),
  }
}

/** @param {readonly string[]} project */
async function compile(project) {
  const { code, output } = await runTool('typescript/bin/tsc', [...project, '--listFiles'])
  const lines = output.split('\n').filter((line) => line !== '')
  const errors = lines.filter((line) => line.includes('error TS'))
  if (code !== 0 && errors.length === 0) errors.push(`tsc ${project.join(' ')}: exit ${code}`)
  const files = lines.filter((line) => line.startsWith('/') && !line.includes('/node_modules/'))
  return { errors, files: files.length }
}

function buildInfos() {
  const apps = readdirSync(`${root}/apps`).map((app) => `${root}/apps/${app}`)
  return [root, ...apps]
    .flatMap((folder) => [`${folder}/dist/.tsbuildinfo`, `${folder}/.tsbuildinfo`])
    .filter((file) => existsSync(file))
}

/**
 * How many files of ours a build read, by its own notes: an up-to-date build lists none.
 *
 * @param {string} buildInfo
 */
function ownFilesOf(buildInfo) {
  /** @type {{ fileNames: string[] }} */
  const { fileNames } = JSON.parse(readFileSync(buildInfo, 'utf8'))
  return fileNames.filter((name) => !name.includes('/node_modules/')).length
}
