import { differences, filesOf, projects } from '../setup/generated-projects.mjs'

/**
 * The service and the examples are what their `.api` files say.
 *
 * @type {import('../setup/check.mjs').Check}
 */
export async function generated() {
  const problems = []
  let files = 0
  let caught = 0
  for (const project of projects) {
    const made = await filesOf(project)
    files += made.length
    const found = differences(project.out, made)
    problems.push(...found)
    caught += differences(project.out, planted(made)).length - found.length
  }
  // Of each project one text that is not the one on disk, one file that nobody wrote, one that is no longer made.
  if (caught !== 3 * projects.length) problems.push('a planted difference was not seen')
  return { saw: { projects: projects.length, files, 'planted faults': caught }, problems }
}

/** @param {Awaited<ReturnType<typeof filesOf>>} files */
function planted([first, second, ...rest]) {
  return [
    { path: '', overwrite: true, ...first, text: 'other text\n' },
    { path: `${second?.path ?? ''}.other`, overwrite: false, text: '' },
    ...rest,
  ]
}
