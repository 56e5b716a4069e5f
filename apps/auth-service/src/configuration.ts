import { readFileSync } from 'node:fs'
import { parseDuration, type Duration } from 'jotgate'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Environment } from './environment.js'
import { SetupFault } from './setup-fault.js'

/** What the service is told to be; times in seconds. */
export interface Configuration {
  /** Without a configuration file: a demo, on loopback only, with the user alice. */
  readonly demo: boolean
  /** `iss` of the tokens. */
  readonly issuer: string
  /** `aud` of the tokens. */
  readonly audience: string
  /** Host names requests may be addressed to, beside those of loopback. */
  readonly hosts: readonly string[]
  /** Life of an access token. */
  readonly accessTtl: number
  /** A session ends this long after login, whatever happens. */
  readonly absoluteTtl: number
  /** A session ends when it has not been refreshed for this long. */
  readonly idleTtl: number
  /** How long a refresh token that was just replaced gets the same successor again: two tabs, a lost reply. */
  readonly grace: number
  /** How long after that it may still recover the session; 0: it is refused, and the session ends. */
  readonly recoverWithin: number
}

const duration = z.custom<Duration>(isDuration, 'must be a duration such as "15m"')

const fileSchema = z.strictObject({
  issuer: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }),
  audience: z.string().min(1),
  hosts: z.array(z.string().regex(/^[a-z0-9.-]+$/, 'must be a host name in lower case')).min(1),
  accessExpire: duration.default('15m').refine(isAtMostAWeek, 'must be at most 7d'),
  refreshExpire: duration.default('30d'),
  idleExpire: duration.optional(),
  grace: duration.default('10s'),
  recoverWithin: z.union([z.literal(0), duration]).default(0),
})

/**
 * Reads the configuration file, or makes the demo's configuration where there is none.
 *
 * @throws Error listing every field that is wrong, never a value
 */
export function readConfiguration(environment: Environment): Configuration {
  if (environment.configPath !== undefined) return fromFile(environment.configPath)
  if (!isLoopback(environment.host)) {
    throw new SetupFault(
      'HOST is not a loopback address, and without a configuration this is a demo with a known password. ' +
        'Write a configuration file and name it in JOTGATE_CONFIG.',
    )
  }
  return {
    demo: true,
    issuer: `http://127.0.0.1:${String(environment.port)}`,
    audience: 'jotgate-demo',
    hosts: [],
    accessTtl: 15 * 60,
    absoluteTtl: 30 * 86_400,
    idleTtl: 7 * 86_400,
    grace: 10,
    recoverWithin: 0,
  }
}

/** Whether an address or host name can only mean this machine. */
export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
  )
}

function fromFile(path: string): Configuration {
  const parsed = fileSchema.safeParse(parseYaml(path))
  if (!parsed.success) {
    const faults = parsed.error.issues.map(
      (issue) => `  ${issue.path.join('.') || '(the whole file)'}: ${issue.message}`,
    )
    throw new SetupFault(['the configuration has faults:', ...faults].join('\n'))
  }
  const { issuer, audience, hosts, ...times } = parsed.data
  const absoluteTtl = parseDuration(times.refreshExpire, 'refreshExpire')
  const week = 7 * 86_400
  return {
    demo: false,
    issuer,
    audience,
    hosts,
    accessTtl: parseDuration(times.accessExpire, 'accessExpire'),
    absoluteTtl,
    idleTtl: parseDuration(times.idleExpire ?? Math.min(week, absoluteTtl), 'idleExpire'),
    grace: parseDuration(times.grace, 'grace'),
    recoverWithin: parseDuration(times.recoverWithin, 'recoverWithin'),
  }
}

function parseYaml(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    throw new SetupFault('the file named in JOTGATE_CONFIG can not be read')
  }
  try {
    return parse(text)
  } catch (error) {
    // The parser's message quotes the text, which may hold a secret; its position does not.
    const at = (error as { linePos?: [{ line: number; col: number }] }).linePos?.[0]
    throw new SetupFault(
      `the configuration is not YAML${at ? `: line ${String(at.line)}, column ${String(at.col)}` : ''}`,
    )
  }
}

function isDuration(value: unknown): boolean {
  try {
    return parseDuration(value as Duration) > 0
  } catch {
    return false
  }
}

/** Longer than that is a mistake, or a session that should be refreshed. */
function isAtMostAWeek(life: Duration): boolean {
  return parseDuration(life) <= parseDuration('7d')
}
