import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const sources = ['programs', 'server', 'shared', 'redis', 'postgres']

/**
 * The servers that tests run against: real ones, new and empty, on free ports of loopback. What starts them is
 * TypeScript, which this Node need not be able to run.
 *
 * @returns {Promise<{
 *   readonly startRedis: typeof import('../../../test/setup/redis.js').startRedis,
 *   readonly startPostgres: typeof import('../../../test/setup/postgres.js').startPostgres,
 * }>}
 */
export async function loadServers() {
  // Below test/, where PostgreSQL lies.
  mkdirSync(join(root, 'test/.cache'), { recursive: true })
  const folder = mkdtempSync(join(root, 'test/.cache/bench-'))
  try {
    for (const name of sources) {
      const source = readFileSync(join(root, 'test/setup', `${name}.ts`), 'utf8')
      const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
      const { outputText } = ts.transpileModule(source, { compilerOptions })
      writeFileSync(join(folder, `${name}.js`), outputText)
    }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    const load = (/** @type {string} */ name) =>
      import(pathToFileURL(join(folder, `${name}.js`)).href)
    const [{ startRedis }, { startPostgres }] = await Promise.all([load('redis'), load('postgres')])
    return { startRedis, startPostgres }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
