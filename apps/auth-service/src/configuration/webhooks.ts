import { createHash } from 'node:crypto'
import { ConfigError, type SecretSource } from 'jotgate'
import { checkUrl, type Places, type Reach } from 'jotgate/extend'
import type { SecretReader } from './secrets.js'

/** What a webhook can be sent for. */
export const webhookTypes = [
  'session.ended',
  'session.reused',
  'user.locked',
  'user.unlocked',
  'user.password-changed',
  'user.deleted',
] as const

/** One of {@link webhookTypes}. */
export type WebhookType = (typeof webhookTypes)[number]

/** A receiver of webhooks. */
export interface Webhook {
  readonly url: URL
  /** Names it in the database, the log and commands: {@link webhookName}. */
  readonly target: string
  /** Signs. */
  readonly secret: SecretSource
  /** Signs too, while receivers move to the new one; undefined: there is none. */
  readonly prevSecret: SecretSource | undefined
  readonly events: readonly WebhookType[]
  /** The addresses that the URL may lead to. */
  readonly places: Places
}

/** A webhook as the file names it. */
export interface WebhookFields {
  readonly url: string
  readonly secret: string
  readonly prevSecret?: string | undefined
  readonly events: readonly WebhookType[]
  readonly reach: Reach
}

/** The webhooks of a file, and one line for each fault. */
export interface ReadWebhooks {
  readonly webhooks: readonly Webhook[]
  readonly faults: readonly string[]
}

/**
 * Checks the webhooks of a file, and opens their secrets, whose faults the reader collects.
 *
 * @example readWebhooks(file.webhooks, secretReader(variable, 'text')).webhooks
 */
export function readWebhooks(fields: readonly WebhookFields[], reader: SecretReader): ReadWebhooks {
  const read = fields.map((each, at) => readWebhook(each, `webhooks.${String(at)}`, reader))
  const targets = read.map(({ webhook }) => webhook?.target)
  const twice = targets.flatMap((target, at) =>
    target !== undefined && targets.indexOf(target) < at
      ? [`webhooks.${String(at)}.url: is given twice; what follows a ? makes no difference`]
      : [],
  )
  return {
    webhooks: read.flatMap(({ webhook }) => webhook ?? []),
    faults: [...read.flatMap(({ faults }) => faults), ...twice],
  }
}

function readWebhook(fields: WebhookFields, at: string, reader: SecretReader) {
  const url = new URL(fields.url)
  const places = placesOf(url, fields.reach)
  const problem = checkUrl(url, places)
  const secret = reader.open(`${at}.secret`, fields.secret, checkSecret)
  const prevSecret =
    fields.prevSecret === undefined
      ? undefined
      : reader.open(`${at}.prevSecret`, fields.prevSecret, checkSecret)
  const target = webhookName(url)
  const { events } = fields
  const webhook: Webhook | undefined = secret && {
    ...{ url, target, secret, prevSecret, events, places },
  }
  return { webhook, faults: problem === undefined ? [] : [`${at}.url: ${wordsFor(problem)}`] }
}

/**
 * The name of a webhook: its origin, and a hash of its URL without the query. A path may be a secret, as that of a channel of a
 * chat is.
 *
 * @example webhookName(new URL('https://shop.example/hooks/jotgate')) // 'https://shop.example#VB75YSMmKl'
 */
export function webhookName({ origin, pathname }: URL): string {
  const hash = createHash('sha256')
    .update(origin + pathname)
    .digest('base64url')
  return `${origin}#${hash.slice(0, 10)}`
}

/** Who writes `http` and `reach: private` means this host, at a private address. */
function placesOf(url: URL, reach: Reach): Places {
  const port = url.port === '' ? '80' : url.port
  const isPlain = url.protocol === 'http:' && reach === 'private'
  return { reach, insecureHttp: isPlain ? [`${url.hostname}:${port}`] : [] }
}

function wordsFor(problem: string): string {
  return problem.startsWith('must be https')
    ? "must be https; plain http needs reach: 'loopback' or reach: 'private'"
    : problem
}

/**
 * The bytes of a secret in the form of Standard Webhooks: base64 of 24 to 64 bytes, with or without `whsec_` before it.
 *
 * @throws ConfigError for any other
 * @example webhookKey(Buffer.from('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')).length // 24
 */
export function webhookKey(secret: Buffer): Buffer {
  const text = secret.toString('latin1').replace(/^whsec_/, '')
  const bytes = Buffer.from(text, 'base64')
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(text) && bytes.toString('base64') === text
  if (!isBase64 || bytes.length < 24 || bytes.length > 64)
    throw new ConfigError('secret', 'must be 24 to 64 random bytes in base64')
  return bytes
}

function checkSecret(secret: Buffer): void {
  webhookKey(secret)
}
