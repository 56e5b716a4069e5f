import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { callerOf } from '../admin/calling.js'
import type { Own } from '../own-services.js'
import type { Pair } from '../pair.js'
import { freePort, runService, type RunningService } from '../running-service.js'

/** The user of a drill. */
export const [username, password] = ['bob', 'eleven herons over a weir'] as const

/** A service with a configuration and one user, which is stopped and started again over the same folder. */
export interface Drill {
  readonly dataDir: string
  readonly env: Readonly<Record<string, string>>
  /** Runs a command of the program. */
  command(args: string): Promise<{ code: number | null; output: string }>
  start(): Promise<RunningService>
  /** Replaces what {@link prepareDrill} was given as `more`. */
  configure(more: string): void
}

/** @example const drill = await prepareDrill(own, { more: 'grace: 1s\n' }) */
export async function prepareDrill(
  { folder, start }: Own,
  { more = '', env: variables = {} }: { more?: string; env?: Record<string, string> } = {},
): Promise<Drill> {
  const [dataDir, port] = [folder(), await freePort()]
  const config = join(folder(), 'jotgate.yaml')
  const origin = `http://127.0.0.1:${String(port)}`
  const configure = (fields: string) => {
    writeFileSync(config, `issuer: ${origin}\naudience: api\nhosts: [auth.test]\n${fields}`)
  }
  configure(more)
  const env = { JOTGATE_CONFIG: config, PORT: String(port), LOG_LEVEL: 'warn', ...variables }
  const command = (args: string, input = '') =>
    runService({ ...env, DATA_DIR: dataDir }, args.split(' '), input)
  const { code, output } = await command(`user add ${username} admin`, password)
  if (code !== 0) throw new Error(`the user was not added: ${output}`)
  return { dataDir, env, command, configure, start: () => start({ dataDir, port, env }) }
}

/** The statuses of what a pair is good for: its access token, then its refresh token. */
export async function statusesOf(service: RunningService, pair: Pair): Promise<number[]> {
  const { profileStatus, refreshStatus } = callerOf(() => service)
  return [await profileStatus(pair), await refreshStatus(pair)]
}

/** Another login of the user. */
export function logIn(service: RunningService): Promise<Pair> {
  return callerOf(() => service).login(username, password)
}

/** Ends the session of a pair. */
export async function logOut(service: RunningService, { refreshToken }: Pair): Promise<void> {
  await callerOf(() => service).call('POST /user/logout', undefined, { refreshToken })
}

/** The names of the keys that a service publishes. */
export async function publishedKids(service: RunningService): Promise<unknown> {
  const { body } = await callerOf(() => service).call('GET /.well-known/jwks.json')
  return (body['keys'] as { kid: string }[]).map(({ kid }) => kid).sort() // a JWK set
}
