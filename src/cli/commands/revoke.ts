import {
  beyondKnown,
  toEntry,
  type EntryContext,
  type RevocationEntry,
  type RevokeRequest,
} from '../../revocation/index.js'
import type { Arguments } from '../arguments.js'
import { badUsage } from '../command-error.js'
import type { Answer, Command } from '../command.js'
import type { Io } from '../io.js'
import { describeMoment, readMoment } from '../moment.js'
import { openStore, storeOptions, type OpenedStore } from '../open-store.js'
import { readSeconds } from '../seconds.js'

/** Revokes tokens at every service that follows the store. */
export const revoke: Command = {
  name: 'revoke',
  summary: 'refuse a token, a session, a subject, a client, or everything until now',
  usage: '--store STORE --issuer ISS (--jti|--sid|--subject|--client NAME | --all) [options]',
  options: {
    ...storeOptions,
    issuer: { kind: 'text', value: 'ISS', help: 'iss of the tokens' },
    jti: { kind: 'text', value: 'JTI', help: 'one token; needs --expires' },
    expires: { kind: 'text', value: 'TIME', help: 'exp of that token' },
    sid: { kind: 'text', value: 'SID', help: 'one session' },
    subject: { kind: 'text', value: 'SUB', help: 'all tokens of a subject, issued up to --until' },
    client: {
      kind: 'text',
      value: 'ID',
      help: 'all tokens of a client, new ones too without --until',
    },
    all: { kind: 'flag', help: 'all tokens of the issuer, issued up to --until' },
    until: {
      kind: 'text',
      value: 'TIME',
      help: 'for --subject and --all (default now), and --client (default any time)',
    },
    'access-ttl': {
      kind: 'text',
      value: '15m',
      help: 'longest life of an access token; required except with --jti',
    },
  },
  operands: [0, 0],
  notes: [
    'TIME is in seconds since 1970, or as 2027-01-31T12:00:00Z. This does not end sessions: their next',
    'refresh brings new access tokens. A warning that no service has used this store for this issuer',
    'before points to a wrong --issuer, --prefix or --schema.',
  ],
  examples: [
    'jotgate revoke --store env:REDIS_URL --issuer https://auth.example --sid S --access-ttl 15m',
    'jotgate revoke --store data/auth.db --issuer https://auth.example --jti J --expires 1800000900',
    'jotgate revoke --store env:DATABASE_URL --issuer https://auth.example --all --access-ttl 15m',
  ],
  run: runRevoke,
}

async function runRevoke(given: Arguments, io: Io): Promise<Answer> {
  const [store, issuer] = [given.required('store'), given.required('issuer')]
  const now = Math.floor(io.now())
  const { entry, accessTtl } = readEntry(given, { issuer, now })
  const replicas = given.text('min-replicas')
  if (replicas !== undefined && !/^\d{1,3}$/.test(replicas))
    throw badUsage('--min-replicas: must be a whole number')
  const place = {
    store,
    prefix: given.text('prefix'),
    schema: given.text('schema'),
    minReplicas: replicas === undefined ? undefined : Number(replicas),
  }
  const opened = await openStore(place, io)
  try {
    const isFirst = await begins(opened, { issuer, now, accessTtl: Math.max(accessTtl, day) })
    const added = await beyondKnown(entry, { store: opened.revocations, now })
    await opened.revocations.add([added])
    return answerOf(added, isFirst, now)
  } finally {
    await opened.close()
  }
}

/** Seconds. The first entry of a store is kept for as long as nearly every access token lives. */
const day = 86_400

/** Whether no service has followed the store for this issuer before; this call initialises the store. */
async function begins({ revocations }: OpenedStore, context: EntryContext): Promise<boolean> {
  const { issuer, expiresAt } = toEntry({ all: true, before: context.now }, context)
  const firstEntry = { kind: 'all', issuer, before: context.now, expiresAt } as const
  const listener = { add: () => undefined, lost: () => undefined }
  const feed = await revocations.open({ firstEntry, listener })
  feed.close()
  return feed.isNewEpoch
}

function answerOf(entry: RevocationEntry, isFirst: boolean, now: number): Answer {
  const { kind, issuer, expiresAt } = entry
  const until = 'before' in entry ? { until: entry.before } : {}
  const upTo = 'before' in entry ? `, issued up to ${describeMoment(entry.before, now)}` : ''
  const warning =
    'no service has used this store for this issuer before: check the store, prefix or schema, and issuer'
  return {
    text: `revoked: ${nouns[kind]}${upTo}; kept until ${describeMoment(expiresAt, now)}`,
    json: { ok: true, kind, issuer, ...until, keptUntil: expiresAt, firstOfIssuer: isFirst },
    ...(isFirst && { notice: `warning: ${warning}` }),
  }
}

const nouns = {
  jti: 'one token',
  sid: 'one session',
  sub: 'all tokens of the subject',
  client: 'all tokens of the client',
  all: 'all tokens of the issuer',
} as const satisfies Record<RevocationEntry['kind'], string>

/** The tokens to revoke, and how long access tokens live. */
interface Read {
  readonly entry: RevocationEntry
  readonly accessTtl: number
}

const selectors = ['jti', 'sid', 'subject', 'client', 'all'] as const

function readEntry(given: Arguments, context: { issuer: string; now: number }): Read {
  const chosen = selectors.filter((name) => given.flag(name))
  const [kind] = chosen
  if (kind === undefined || chosen.length > 1)
    throw badUsage('give one of --jti, --sid, --subject, --client and --all')
  refuseUseless(given, kind)
  const accessTtl = readLife(given, kind, context.now)
  try {
    return {
      entry: toEntry(requestOf(given, kind, context.now), { ...context, accessTtl }),
      accessTtl,
    }
  } catch (error) {
    // The message names the option and not its value.
    if (error instanceof TypeError || error instanceof RangeError)
      throw badUsage(`--${error.message.replace(/^revoke: /, '').replace(/^before/, 'until:')}`)
    throw error
  }
}

type Selector = (typeof selectors)[number]

function requestOf(given: Arguments, kind: Selector, now: number): RevokeRequest {
  const until = given.text('until')
  const before = until === undefined ? now : readMoment(until, '--until')
  switch (kind) {
    case 'jti':
      return { jti: given.required('jti') }
    case 'sid':
      return { sid: given.required('sid') }
    case 'client':
      return { client: given.required('client'), ...(until === undefined ? {} : { before }) }
    case 'subject':
      return { subject: given.required('subject'), before }
    case 'all':
      return { all: true, before }
  }
}

/** Refuses an option that would have no effect, because the caller expects one. */
function refuseUseless(given: Arguments, kind: Selector): void {
  if (given.flag('until') && (kind === 'jti' || kind === 'sid'))
    throw badUsage('--until: is for --subject, --client and --all')
  if (given.flag('expires') && kind !== 'jti') throw badUsage('--expires: is for --jti')
  if (given.flag('access-ttl') && kind === 'jti')
    throw badUsage('--access-ttl: is not for --jti, which uses --expires')
}

/** The remaining life of one token. */
function readLife(given: Arguments, kind: Selector, now: number): number {
  if (kind !== 'jti') {
    const seconds = readSeconds(given.required('access-ttl'), '--access-ttl')
    if (seconds < 1) throw badUsage('--access-ttl: must be at least a second')
    return Math.ceil(seconds)
  }
  const expires = readMoment(given.required('expires'), '--expires')
  if (expires + longestTolerance <= now)
    throw badUsage('--expires: the token has expired past every clock tolerance')
  return expires - now
}

/** Seconds. */
const longestTolerance = 300
