import { run, runTool } from '../setup/run.mjs'

/**
 * Every tracked file is written as prettier writes it.
 *
 * @type {import('../setup/check.mjs').Check}
 */
export async function format() {
  const { output } = await runTool('prettier/bin/prettier.cjs', ['--list-different', '.'])
  const tracked = await run('git', ['ls-files', '*.ts', '*.mjs', '*.json', '*.md', '*.js'])
  const files = tracked.output.split('\n').filter((line) => line !== '')
  const problems = output.split('\n').filter((line) => line !== '' && !line.startsWith('npm warn'))
  return {
    saw: { files: files.length },
    problems: problems.map((file) => `not formatted: ${file}`),
  }
}
