import type { RevocationEntry, RevocationName } from '../../revocation/ports.js'
import { toRevocationEntry } from '../revocation-entry.js'
import type { RedisReply, ScriptInput } from './port.js'

/** The keys of revocations: one hashtag, so that a Cluster has them on one server. */
export function revocationKeys(prefix: string) {
  const tag = `{${prefix}:revocations}`
  return Object.freeze({
    /** Sorted set of names by expiry. */
    expiries: `${tag}:expiries`,
    /** Hash of names to cut-offs, of those that have one. */
    cutOffs: `${tag}:cut-offs`,
    /** What was added, in order, and marks. */
    stream: `${tag}:stream`,
    /** How many messages there have ever been. */
    counter: `${tag}:counter`,
    /** Hash of issuers to epochs. */
    epochs: `${tag}:epochs`,
  })
}

/** What {@link revocationKeys} gives. */
export type RevocationKeys = ReturnType<typeof revocationKeys>

/** The keys in the order in which the scripts take them. */
export function scriptKeys(keys: RevocationKeys): readonly [string, ...string[]] {
  return [keys.expiries, keys.cutOffs, keys.stream, keys.counter, keys.epochs]
}

/** An entry's name as one text, the same for the same name and for no other. */
export function nameText(name: RevocationName): string {
  return JSON.stringify([name.issuer, name.kind, 'value' in name ? name.value : ''])
}

/** An entry as the scripts take it. */
export function toArgs(entry: RevocationEntry): readonly [string, string, string] {
  const cutOff = 'before' in entry ? String(entry.before) : ''
  return [nameText(entry), String(entry.expiresAt), cutOff]
}

/** Entries that one script keeps or removes: Redis does nothing else meanwhile. */
export const scriptSlice = 500

/** What the script that keeps entries is given, a slice at a time. */
export function* addInputs(
  keys: RevocationKeys,
  entries: readonly RevocationEntry[],
): Iterable<ScriptInput> {
  for (let at = 0; at < entries.length; at += scriptSlice)
    yield { keys: scriptKeys(keys), args: entries.slice(at, at + scriptSlice).flatMap(toArgs) }
}

/** Whether entries of that name have a cut-off. */
export function hasCutOff(name: string): boolean {
  const [, kind] = readName(name)
  return kind === 'sub' || kind === 'all'
}

/** @throws TypeError for what is no entry known here */
export function toEntry(name: string, expiry: unknown, cutOff: unknown): RevocationEntry {
  const [issuer, kind, value] = readName(name)
  const before = hasCutOff(name) ? readTime(cutOff) : 0
  return toRevocationEntry({ issuer, kind, value, before, expiresAt: readTime(expiry) })
}

/** What a message of the stream says, by the names of its fields. */
export function toMessage(fields: readonly RedisReply[]): ReadonlyMap<string, string> {
  const message = new Map<string, string>()
  for (let i = 0; i + 1 < fields.length; i += 2)
    message.set(String(fields[i]), String(fields[i + 1]))
  return message
}

function readName(name: string): readonly [issuer: string, kind: string, value: string] {
  const parts: unknown = JSON.parse(name)
  const list: readonly unknown[] = Array.isArray(parts) ? parts : []
  const [issuer, kind, value] = list
  // One more part would narrow or widen what is refused in a way that is not known here.
  if (
    list.length === 3 &&
    typeof issuer === 'string' &&
    typeof kind === 'string' &&
    typeof value === 'string'
  )
    return [issuer, kind, value]
  throw new TypeError('the store holds something that is no name of a revocation')
}

function readTime(text: unknown): number {
  const time = typeof text === 'string' && text !== '' ? Number(text) : NaN
  if (Number.isSafeInteger(time)) return time
  throw new TypeError('the store holds a revocation without its time')
}
