import { factories } from '../options/factories.mjs'
import { entryPoints } from '../setup/entry-points.mjs'
import { filesBelow } from '../setup/files.mjs'
import { trafficOf } from '../setup/imports.mjs'
import { root } from '../setup/paths.mjs'

const plantedFolder = `${root}/tools/fixtures/unused`
const planted = ['src/code.ts exports dead', 'src/code.ts exports inner']

/**
 * Nothing is exported in vain: neither code that only its tests use, nor a value that only its own
 * file uses. The files behind package.json's `exports` are for the package's users; a type may be
 * exported because an exported function speaks of it, and a value for its own unit test. What is
 * generated from an `.api` file is the same for every service, whatever of it one uses.
 *
 * @type {import('../setup/check.mjs').Check}
 */
export async function unused() {
  const entries = entryPoints().map(({ source }) => source)
  const code = ['src', 'apps', 'examples', 'bench'].flatMap(below)
  const { found, names } = look(root, { code, tests: below('test') })
  const tables = factories.map(({ file, table }) => `${file} exports ${table}`)
  const problems = found
    .filter((line) => !tables.includes(line))
    .filter((line) => !entries.some((entry) => line.startsWith(`${entry} `)))
    .filter((line) => !/\/generated\/[^ ]+ exports /.test(line))
    .map((line) => `${line}, which nobody imports`)
  const plantedFiles = { code: ['src/code.ts', 'src/main.ts'], tests: ['test.ts'] }
  const caught = look(plantedFolder, plantedFiles).found
  if (caught.join() !== planted.join()) problems.push('the planted unused exports were not caught')
  const saw = { files: code.length, exports: names, 'planted faults': planted.length }
  return Promise.resolve({ saw, problems })
}

/**
 * @param {string} folder
 * @param {{ code: string[], tests: string[] }} files paths from it
 * @returns {{ found: string[], names: number }} lines `FILE exports NAME`; how many were looked at
 */
function look(folder, { code, tests }) {
  const all = code.map((file) => ({ file, ...trafficOf(folder, file) }))
  const byCode = new Set(all.flatMap(({ imported }) => imported.map(key)))
  const byTests = new Set(tests.flatMap((file) => trafficOf(folder, file).imported.map(key)))
  const exported = all.flatMap(({ file, exported: names }) =>
    names.map((entry) => ({ ...entry, file })),
  )
  const found = exported.filter((entry) => {
    if (isIn(byCode, entry)) return false
    if (!entry.usedInside) return true
    return entry.kind === 'value' && !isIn(byTests, entry)
  })
  return { found: found.map(({ file, name }) => `${file} exports ${name}`), names: exported.length }
}

/** @param {{ file: string, name: string }} entry */
function key({ file, name }) {
  return `${file} ${name}`
}

/**
 * @param {ReadonlySet<string>} imported
 * @param {{ file: string, name: string }} entry
 */
function isIn(imported, { file, name }) {
  return imported.has(key({ file, name })) || imported.has(key({ file, name: '*' }))
}

/** @param {string} folder */
function below(folder) {
  return filesBelow(`${root}/${folder}`, /\.tsx?$/, `${folder}/`)
}
