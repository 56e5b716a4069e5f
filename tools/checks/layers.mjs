import { cruise } from 'dependency-cruiser'
import { existsSync } from 'node:fs'
import { rules, unlisted } from '../layers/rules.mjs'
import { filesBelow } from '../setup/files.mjs'
import { root } from '../setup/paths.mjs'

const folders = ['src', 'apps', 'examples', 'bench']
const plantedFolder = `${root}/tools/fixtures/layers`
/** The expected reports of the planted faults; the first one is only an `import type`. */
const planted = [
  'layer src/token/: src/token/planted.ts → src/gate/gate.ts',
  'layer src/token/: src/token/reads-a-file.ts → fs',
  'layer src/client/: src/client/reads-a-token.ts → src/token/reads-a-file.ts',
  'layer src/foundation/: src/foundation/random-id.ts → crypto',
  'layer src/gate/: src/gate/gate.ts → src/session/sessions.ts',
  'layer src/adapters/node/express: src/adapters/node/express.ts → fastify',
  'no cycle: src/gate/gate.ts → src/token/planted.ts',
  'not through the own index: src/session/sessions.ts → src/session/index.ts',
  'by name apps/[^/]+/: apps/service/src/main.ts → src/token/planted.ts',
  'room apps/auth-service/src/limits/: apps/auth-service/src/limits/planted.ts → apps/auth-service/src/oauth/clients.ts',
  'unlisted: src/unlisted/thing.ts',
  'unlisted: apps/auth-service/src/unlisted/thing.ts',
  'one door src/revocation/table/: src/revocation/revocation.ts → src/revocation/table/segment.ts',
]

/**
 * Who imports whom is what `tools/layers/table.mjs` says, type imports included, without a cycle.
 *
 * @type {import('../setup/check.mjs').Check}
 */
export async function layers() {
  const files = sourceFiles(root)
  const { found, modules, dependencies } = await look(root)
  const unseen = files.filter((file) => !modules.has(file))
  const caught = new Set((await look(plantedFolder)).found)
  return {
    saw: { modules: modules.size, dependencies, 'planted faults': planted.length },
    problems: [
      ...found,
      ...unseen.map((file) => `not looked at: ${file}`),
      ...planted.filter((fault) => !caught.has(fault)).map((fault) => `not caught: ${fault}`),
      ...(dependencies < files.length ? ['fewer dependencies than files were seen'] : []),
    ],
  }
}

/** @param {string} baseDir */
async function look(baseDir) {
  const { output } = await cruise(
    folders.filter((folder) => existsSync(`${baseDir}/${folder}`)),
    {
      baseDir,
      validate: true,
      ruleSet: { forbidden: rules() },
      tsPreCompilationDeps: true,
      combinedDependencies: true,
      doNotFollow: { path: 'node_modules|^dist/' },
      exclude: { path: '^(apps/[^/]+|examples)/dist/' },
    },
    { exportsFields: ['exports'], conditionNames: ['types', 'import', 'node', 'default'] },
  )
  if (typeof output === 'string') throw new Error('dependency-cruiser gave text, not modules')
  const modules = new Set(output.modules.map((module) => module.source))
  const violations = output.summary.violations.map(
    ({ rule, from, to }) => `${rule.name}: ${from} → ${packageName(to)}`,
  )
  const strays = unlisted(sourceFiles(baseDir)).map((file) => `unlisted: ${file}`)
  const dependencies = output.summary.totalDependenciesCruised ?? 0
  return { found: [...violations, ...strays], modules, dependencies }
}

/** @param {string} base */
function sourceFiles(base) {
  return folders.flatMap((folder) => filesBelow(`${base}/${folder}`, /\.tsx?$/, `${folder}/`))
}

/**
 * The name of a package instead of the file it was resolved to.
 *
 * @param {string} path
 */
function packageName(path) {
  return /node_modules\/(?:@types\/)?((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path
}
