import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { pack } from '../setup/pack.mjs'
import { root } from '../setup/paths.mjs'
import { run } from '../setup/run.mjs'

/** What the tarball may hold, and what it must. */
const allowed =
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|dist\/cjs\/package\.json|dist\/.+\.(js|d\.ts|lua|sql))$/
const required = [
  'package.json',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'dist/index.js',
  'dist/cjs/index.js',
]

/**
 * The packed tarball is what users should get: its files, its manifest (publint) and its types as
 * every resolver sees them (attw); no runtime dependency and no install script.
 *
 * @type {import('../setup/check.mjs').Check}
 */
export async function packed() {
  const folder = mkdtempSync(join(tmpdir(), 'jotgate-pack-'))
  try {
    const { tarball, files } = await pack(folder)
    const problems = [
      ...files.filter((file) => !allowed.test(file)).map((file) => `packed by mistake: ${file}`),
      ...required.filter((file) => !files.includes(file)).map((file) => `not packed: ${file}`),
      ...manifestProblems(),
      ...(await publintProblems(tarball)),
      ...(await attwProblems(tarball)),
    ]
    return { saw: { 'packed files': files.length }, problems }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function manifestProblems() {
  const manifest = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'))
  const dependencies = Object.keys(manifest.dependencies ?? {})
  const hooks = ['preinstall', 'install', 'postinstall', 'prepare']
  return [
    ...dependencies.map((name) => `the library has a runtime dependency: ${name}`),
    ...hooks.filter((hook) => hook in manifest.scripts).map((hook) => `has a ${hook} script`),
  ]
}

/** @param {string} tarball */
async function publintProblems(tarball) {
  const bytes = readFileSync(tarball)
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true })
  return messages.map(
    (message) => `publint: ${formatMessage(message, pkg, { color: false }) ?? message.code}`,
  )
}

/** @param {string} tarball */
async function attwProblems(tarball) {
  const { code, output } = await run(process.execPath, [
    `${root}/tools/node_modules/@arethetypeswrong/cli/dist/index.js`,
    ...[tarball, '--no-definitely-typed'],
    ...['--format', 'json'],
  ])
  if (code === 0) return []
  return [`attw: exit ${code}: ${attwReason(output)}`]
}

/** @param {string} output */
function attwReason(output) {
  try {
    /** @type {Record<string, { kind: string, entrypoint?: string, resolutionKind?: string }[]>} */
    const byKind = JSON.parse(output).problems
    return Object.values(byKind)
      .flat()
      .map(({ kind, entrypoint, resolutionKind }) =>
        [kind, entrypoint, resolutionKind].filter((part) => part !== undefined).join(' '),
      )
      .join('; ')
  } catch {
    // Not the report that was asked for, so what it printed is the reason.
    return output.trim().slice(0, 600)
  }
}
