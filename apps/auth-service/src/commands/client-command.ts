import { parseArgs } from 'node:util'
import { createRevocation, parseDuration, type Duration } from 'jotgate'
import { readConfiguration } from '../configuration/read-configuration.js'
import type { Configuration } from '../configuration/configuration.js'
import { openDataDirectory } from '../storage/data-directory.js'
import type { Environment } from '../configuration/environment.js'
import type { Events } from '../events/events.js'
import type { EventKind } from '../events/kinds.js'
import { createLog } from '../foundation/log.js'
import { SetupFault } from '../foundation/setup-fault.js'
import { openStorage } from '../storage/storage.js'
import {
  usualOverlap,
  type ClientChange,
  type ClientPolicy,
  type Grant,
  type NewClient,
  type OAuthClient,
  type OAuthClients,
} from '../oauth/clients.js'
import { openRecording, type Recording } from './open-recording.js'
import { recordCommand } from './record-command.js'
import { openClients } from '../oauth/open-clients.js'
import {
  describeClient,
  describeCreated,
  describeOldSecret,
  describeSecret,
} from './describe-client.js'
import { keysOf, signInOf, signInOptions, signInUsage } from './sign-in-flags.js'

/** The usage of {@link runClientCommand}. */
export const clientUsage = `       jotgate-service client add NAME [--public] [--grant G]… [--scope S]… [--audience A]…
                              [--roles yes|no] [--origin O]… [--access-ttl T] [--refresh-ttl T]
                              [--grace T] [--recover-within T]
                              ${signInUsage}
                                             registers an OAuth client and prints its secret, this once; with
                                             --redirect one that logs users in, and the lines of its code
       jotgate-service client list
       jotgate-service client change ID [--name NAME] and options of add: what is not named stays
       jotgate-service client disable|enable|remove ID
       jotgate-service client rotate-secret ID [--keep-old T]
                                             another secret, printed this once; the one before stays good for T, 24h
       jotgate-service client end-old-secret ID
                                             any of them with --json for a program`

const options = {
  name: { type: 'string' },
  'keep-old': { type: 'string' },
  public: { type: 'boolean' },
  grant: { type: 'string', multiple: true },
  scope: { type: 'string', multiple: true },
  audience: { type: 'string', multiple: true },
  roles: { type: 'string' },
  origin: { type: 'string', multiple: true },
  'access-ttl': { type: 'string' },
  'refresh-ttl': { type: 'string' },
  grace: { type: 'string' },
  'recover-within': { type: 'string' },
  ...signInOptions,
  json: { type: 'boolean' },
} as const

type Flags = ReturnType<typeof parse>['values']

/** One command and its subject. */
interface Errand {
  readonly clients: OAuthClients
  readonly events: Events
  readonly configuration: Configuration
  /** A name for `add`, an id for the others. */
  readonly subject: string
  readonly flags: Flags
}

/**
 * `jotgate-service client …`. Returns its output; undefined for an unknown command.
 *
 * @throws SetupFault naming what is wrong
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
  const opened = await open(environment, configuration)
  const { clients, recording } = opened
  const { events } = recording
  try {
    // A command that cannot be recorded changes nothing.
    if (verb !== 'list') await recording.begin()
    return await command({ clients, events, configuration, subject, flags })
  } finally {
    await opened.close()
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch {
    // Its message would repeat the input; the usage lists the options.
    throw new SetupFault('client: there is no such option, or it lacks its value')
  }
}

interface Opened extends Pick<Errand, 'clients'> {
  readonly recording: Recording
  close(): Promise<void>
}

async function open(environment: Environment, configuration: Configuration): Promise<Opened> {
  const { log } = createLog(environment.logLevel)
  const data = openDataDirectory(environment.dataDir)
  const storage = await openStorage({ configuration, data, log })
  const { issuer, accessTtl } = configuration
  const revocation = createRevocation({ store: storage.stores.revocations, issuer, accessTtl })
  const { patientDatabase: database } = storage
  const clients = await openClients({ configuration, database, starting: database, revocation })
  const recording = await openRecording({ configuration, data, log, storage })
  storage.started('command')
  return {
    clients,
    recording,
    close: async () => {
      revocation.close()
      await recording.close()
      await storage.close()
    },
  }
}

const commands: Readonly<Record<string, (errand: Errand) => Promise<string>>> = {
  add: async ({ clients, events, configuration, subject, flags }) => {
    const { client, secret } = await clients.create(toClient(subject, flags, configuration))
    await record(events, 'client.created', client.id)
    if (flags.json) return asJson({ ...client, ...(secret === undefined ? {} : { secret }) })
    return describeCreated({ client, secret }, configuration.issuer)
  },
  list: async ({ clients, flags }) => {
    const all: OAuthClient[] = []
    for await (const client of allClients(clients)) all.push(client)
    return flags.json ? asJson(all) : all.map(describeClient).join('')
  },
  change: async (errand) => {
    const client = await errand.clients.byId(errand.subject)
    if (client === undefined) throw unknown()
    const change = toChange(errand.flags, client)
    if (Object.keys(change).length === 0)
      throw new SetupFault('client change: names nothing to change')
    return changed(errand, change)
  },
  disable: (errand) => changed(errand, { disabled: true }),
  enable: (errand) => changed(errand, { disabled: false }),
  remove: async ({ clients, events, subject, flags }) => {
    if (!(await clients.remove(subject))) throw unknown()
    await record(events, 'client.removed', subject)
    return flags.json ? asJson({ id: subject, removed: true }) : `removed ${subject}\n`
  },
  'rotate-secret': async ({ clients, events, subject, flags }) => {
    const given = flags['keep-old']
    const keepOld = given === undefined ? usualOverlap : secondsOf(given, '--keep-old')
    const rotated = await clients.rotateSecret(subject, keepOld)
    if (rotated === undefined) throw unknown()
    await record(events, 'client.secret-rotated', subject)
    if (flags.json) return asJson({ id: subject, ...rotated })
    return describeSecret(rotated.secret) + describeOldSecret(rotated.oldSecretUntil)
  },
  'end-old-secret': async (errand) => {
    const client = await errand.clients.endOldSecret(errand.subject)
    const shown = show(errand, client)
    await record(errand.events, 'client.old-secret-ended', errand.subject)
    return shown
  },
}

async function changed(errand: Errand, change: ClientChange): Promise<string> {
  const client = await errand.clients.change(errand.subject, change)
  const shown = show(errand, client)
  const details = { fields: Object.keys(change) }
  const subject = { kind: 'client', id: errand.subject } as const
  await recordCommand(errand.events, { kind: 'client.changed', subject, details })
  return shown
}

async function record(events: Events, kind: EventKind, id: string): Promise<void> {
  await recordCommand(events, { kind, subject: { kind: 'client', id } })
}

async function* allClients(clients: OAuthClients): AsyncGenerator<OAuthClient> {
  const limit = 200
  for (let after: OAuthClient | undefined; ;) {
    const page = await clients.list({ after, limit })
    yield* page
    after = page.at(-1)
    if (after === undefined || page.length < limit) return
  }
}

function show({ flags }: Errand, client: OAuthClient | undefined): string {
  if (client === undefined) throw unknown()
  return flags.json ? asJson(client) : describeClient(client)
}

function toChange(flags: Flags, client: OAuthClient): ClientChange {
  const { name, grant, scope, audience, roles, origin } = flags
  const policy = toPolicy(flags)
  const signIn = signInOf(flags, client.signIn)
  const keys = keysOf(flags)
  return {
    ...(signIn === undefined ? {} : { signIn }),
    ...(keys === undefined ? {} : { keys }),
    ...(name === undefined ? {} : { name }),
    ...(grant === undefined ? {} : { grants: grant as Grant[] }), // checked by `change`, like everything else
    ...(scope === undefined ? {} : { scopes: scope.filter((each) => each !== '') }),
    ...(audience === undefined ? {} : { audiences: audience }),
    ...(roles === undefined ? {} : { receivesRoles: isYes(roles) }),
    // An empty one takes all away.
    ...(origin === undefined ? {} : { origins: origin.filter((each) => each !== '') }),
    ...(Object.keys(policy).length === 0 ? {} : { policy: { ...client.policy, ...policy } }),
  }
}

function toClient(name: string, flags: Flags, { audience }: Configuration): NewClient {
  const kind = flags.public ? 'public' : 'confidential'
  const signIn = signInOf(flags, undefined)
  const usual = kind === 'public' ? ['refresh_token'] : ['client_credentials']
  return {
    ...{ name, kind, signIn, keys: keysOf(flags) },
    // Checked by `create`, like everything else.
    grants: (flags.grant ?? (signIn ? ['authorization_code', 'refresh_token'] : usual)) as Grant[],
    scopes: flags.scope ?? (signIn ? ['openid', 'profile', 'email'] : []),
    audiences: flags.audience ?? [audience],
    receivesRoles: isYes(flags.roles ?? 'no'),
    origins: flags.origin ?? [],
    policy: toPolicy(flags),
  }
}

/** @throws SetupFault for another word */
function isYes(given: string): boolean {
  if (given === 'yes' || given === 'no') return given === 'yes'
  throw new SetupFault('--roles: must be yes or no')
}

const policyFlags = {
  'access-ttl': 'accessTtl',
  'refresh-ttl': 'refreshTtl',
  grace: 'grace',
  'recover-within': 'recoverWithin',
} as const satisfies Partial<Record<keyof typeof options, keyof ClientPolicy>>

/** The policy of the given flags; `default` means the configuration's value. */
function toPolicy(flags: Flags): ClientPolicy {
  const entries = Object.entries(policyFlags).flatMap(([flag, field]) => {
    const name = flag as keyof typeof policyFlags // a key of the table
    const given = flags[name]
    if (given === undefined) return []
    return [[field, given === 'default' ? undefined : secondsOf(given, `--${name}`)] as const]
  })
  return Object.fromEntries(entries)
}

function secondsOf(given: string, name: string): number {
  const text = /^\d+$/.test(given) ? Number(given) : (given as Duration) // checked by parseDuration
  return parseDuration(text, name)
}

function asJson(value: unknown): string {
  return `${JSON.stringify(value)}\n`
}

function unknown(): SetupFault {
  return new SetupFault('there is no client with that id')
}
