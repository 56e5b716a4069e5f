import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeFolder } from './server.js'

const cli = fileURLToPath(new URL('../node_modules/@redocly/cli/bin/cli.js', import.meta.url))

/** The rules of an OpenAPI document that `redocly lint` finds broken, with its recommended ones. */
export function lint(document: object): readonly string[] {
  const folder = makeFolder('openapi')
  try {
    const path = join(folder, 'openapi.json')
    writeFileSync(path, JSON.stringify(document))
    const env = {
      ...process.env,
      REDOCLY_TELEMETRY: 'off',
      REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
    }
    const args = [cli, 'lint', '--format', 'json', path]
    const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env })
    const { problems } = JSON.parse(stdout) as { problems: { ruleId: string }[] }
    return problems.map(({ ruleId }) => ruleId)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
