import { parseArgs } from 'node:util'
import { createRevocation, parseDuration, type Duration } from 'jotgate'
import { readConfiguration } from '../configuration/read-configuration.js'
import type { Configuration } from '../configuration/configuration.js'
import { openDataDirectory } from '../data-directory.js'
import type { Environment } from '../environment.js'
import { createLog } from '../log.js'
import { SetupFault } from '../setup-fault.js'
import { openStorage } from '../storage.js'
import type { ClientPolicy, Grant, NewClient, OAuthClient, OAuthClients } from './clients.js'
import { openClients } from './open-clients.js'

/** How {@link runClientCommand} is called. */
export const clientUsage = `       jotgate-service client add NAME [--public] [--grant G]… [--scope S]… [--audience A]…
                              [--access-ttl T] [--refresh-ttl T] [--grace T] [--recover-within T]
                                             registers an OAuth client and prints its secret, this once
       jotgate-service client list
       jotgate-service client disable|enable|rotate-secret ID
                                             any of them with --json for a program`

const options = {
  public: { type: 'boolean' },
  grant: { type: 'string', multiple: true },
  scope: { type: 'string', multiple: true },
  audience: { type: 'string', multiple: true },
  'access-ttl': { type: 'string' },
  'refresh-ttl': { type: 'string' },
  grace: { type: 'string' },
  'recover-within': { type: 'string' },
  json: { type: 'boolean' },
} as const

type Flags = ReturnType<typeof parse>['values']

/** One command with what it is about. */
interface Errand {
  readonly clients: OAuthClients
  readonly configuration: Configuration
  /** A name for `add`, an id for the others. */
  readonly subject: string
  readonly flags: Flags
}

/**
 * `jotgate-service client …`. What it prints; undefined when it was called in no known way.
 *
 * @throws SetupFault when it can not be done
 */
export async function runClientCommand(
  environment: Environment,
  args: readonly string[],
): Promise<string | undefined> {
  const { positionals, values: flags } = parse(args)
  const [verb = '', subject = '', ...more] = positionals
  const command = Object.hasOwn(commands, verb) ? commands[verb] : undefined
  if (command === undefined || more.length > 0 || (verb === 'list') !== (subject === ''))
    return undefined
  const configuration = readConfiguration(environment)
  const { clients, close } = await open(environment, configuration)
  try {
    return await command({ clients, configuration, subject, flags })
  } finally {
    await close()
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch {
    // Its message repeats what was typed; the usage says what there is.
    throw new SetupFault('client: there is no such option, or it lacks its value')
  }
}

async function open(
  environment: Environment,
  configuration: Configuration,
): Promise<{ clients: OAuthClients; close: () => Promise<void> }> {
  const { log } = createLog(environment.logLevel)
  const data = openDataDirectory(environment.dataDir)
  const storage = await openStorage({ configuration, data, log })
  const { issuer, accessTtl } = configuration
  const revocation = createRevocation({ store: storage.stores.revocations, issuer, accessTtl })
  const { database } = storage
  const clients = await openClients({ configuration, database, revocation })
  return {
    clients,
    close: async () => {
      revocation.close()
      await storage.close()
    },
  }
}

const commands: Readonly<Record<string, (errand: Errand) => Promise<string>>> = {
  add: async ({ clients, configuration, subject, flags }) => {
    const { client, secret } = await clients.create(toClient(subject, flags, configuration))
    if (flags.json) return asJson({ ...client, ...(secret === undefined ? {} : { secret }) })
    return `client_id: ${client.id}\n${showSecret(secret)}`
  },
  list: async ({ clients, flags }) => {
    const all = await clients.list()
    return flags.json ? asJson(all) : all.map(describe).join('')
  },
  disable: async (errand) => setDisabled(errand, true),
  enable: async (errand) => setDisabled(errand, false),
  'rotate-secret': async ({ clients, subject, flags }) => {
    const secret = await clients.rotateSecret(subject)
    if (secret === undefined) throw unknown()
    return flags.json ? asJson({ id: subject, secret }) : showSecret(secret)
  },
}

async function setDisabled(
  { clients, subject, flags }: Errand,
  disabled: boolean,
): Promise<string> {
  const client = await clients.setDisabled(subject, disabled)
  if (client === undefined) throw unknown()
  return flags.json ? asJson(client) : describe(client)
}

function toClient(name: string, flags: Flags, { audience }: Configuration): NewClient {
  const kind = flags.public ? 'public' : 'confidential'
  const usual = kind === 'public' ? 'refresh_token' : 'client_credentials'
  return {
    name,
    kind,
    grants: (flags.grant ?? [usual]) as Grant[], // looked at by `create`, as is everything else
    scopes: flags.scope ?? [],
    audiences: flags.audience ?? [audience],
    policy: toPolicy(flags),
  }
}

function toPolicy(flags: Flags): ClientPolicy {
  const seconds = (name: 'access-ttl' | 'refresh-ttl' | 'grace' | 'recover-within') => {
    const given = flags[name]
    if (given === undefined) return undefined
    const text = /^\d+$/.test(given) ? Number(given) : (given as Duration)
    return parseDuration(text, `--${name}`)
  }
  return {
    accessTtl: seconds('access-ttl'),
    refreshTtl: seconds('refresh-ttl'),
    grace: seconds('grace'),
    recoverWithin: seconds('recover-within'),
  }
}

function describe(client: OAuthClient): string {
  const { id, name, kind, grants, scopes, audiences, disabled } = client
  const rights = `${grants.join(' ')}; scope "${scopes.join(' ')}"; for ${audiences.join(' ')}`
  return `${id}  ${disabled ? 'disabled' : 'enabled'}  ${kind}  ${name}: ${rights}\n`
}

function showSecret(secret: string | undefined): string {
  return secret === undefined
    ? ''
    : `client_secret: ${secret}\nThis is the only time that it is shown.\n`
}

function asJson(value: unknown): string {
  return `${JSON.stringify(value)}\n`
}

function unknown(): SetupFault {
  return new SetupFault('there is no client with that id')
}
