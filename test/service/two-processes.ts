import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, runService, startService, type RunningService } from './running-service.js'

/** Two processes that share nothing but the database and their configuration. */
export interface TwoProcesses {
  readonly a: RunningService
  readonly b: RunningService
  /** Of both. */
  readonly env: Readonly<Record<string, string>> & { readonly RING_KEY: string }
}

/** What {@link startTwo} takes. */
export interface TwoProcessesParts {
  readonly database: string
  /** Makes an empty folder. */
  readonly folder: () => string
  /** A user to begin with: the arguments of `user add`, and the password. */
  readonly user: { readonly args: readonly string[]; readonly password: string }
}

/** @example const { a, b } = await startTwo({ database: postgres.url, folder, user }) */
export async function startTwo(parts: TwoProcessesParts): Promise<TwoProcesses> {
  const { database, folder, user } = parts
  const ports = [await freePort(), await freePort()]
  const config = join(folder(), 'jotgate.yaml')
  writeFileSync(
    config,
    'issuer: https://auth.example\naudience: api\nhosts: [auth.example]\ndatabase: ${URL}\n' +
      'encryptionKey: env:RING_KEY\nrefreshSecret: env:REFRESH_SECRET\n',
  )
  const env = {
    JOTGATE_CONFIG: config,
    URL: database,
    RING_KEY: randomBytes(32).toString('base64'),
    REFRESH_SECRET: randomBytes(48).toString('base64'),
  }
  const add = ['user', 'add', ...user.args]
  const { code, output } = await runService({ ...env, DATA_DIR: folder() }, add, user.password)
  if (code !== 0) throw new Error(`the user was not added: ${output}`)
  const [a, b] = await Promise.all(
    ports.map((port) => startService({ dataDir: folder(), port, env })),
  )
  if (!a || !b) throw new Error('two services were asked for')
  return { a, b, env }
}
