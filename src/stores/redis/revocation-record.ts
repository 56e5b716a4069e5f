import type { RevocationEntry, RevocationName } from '../../revocation/ports.js'
import { toRevocationEntry } from '../revocation-entry.js'
import type { RedisReply, ScriptInput } from './port.js'

/** The keys of revocations. They share a hash tag, so that a Cluster keeps them on one server. */
export function revocationKeys(prefix: string) {
  const tag = `{${prefix}:revocations}`
  return Object.freeze({
    /** Sorted set of names by expiry. */
    expiries: `${tag}:expiries`,
    /** Hash from names to cut-offs, for entries that have one. */
    cutOffs: `${tag}:cut-offs`,
    /** Added entries and the marks of heartbeats, in order. */
    stream: `${tag}:stream`,
    /** Number of messages ever added to the stream. */
    counter: `${tag}:counter`,
    /** Hash from issuers to epochs. */
    epochs: `${tag}:epochs`,
  })
}

/** Result of {@link revocationKeys}. */
export type RevocationKeys = ReturnType<typeof revocationKeys>

/** The keys in the order in which the scripts expect them. */
export function scriptKeys(keys: RevocationKeys): readonly [string, ...string[]] {
  return [keys.expiries, keys.cutOffs, keys.stream, keys.counter, keys.epochs]
}

/** The name of an entry as one string; different names give different strings. */
export function nameText(name: RevocationName): string {
  return JSON.stringify([name.issuer, name.kind, 'value' in name ? name.value : ''])
}

/** An entry as arguments of the scripts. */
export function toArgs(entry: RevocationEntry): readonly [string, string, string] {
  const cutOff = 'before' in entry ? String(entry.before) : ''
  return [nameText(entry), String(entry.expiresAt), cutOff]
}

/** Entries that one script run adds or removes: Redis serves no other command meanwhile. */
export const scriptBatch = 500

/** Inputs of the script that adds entries, a batch at a time. */
export function* addInputs(
  keys: RevocationKeys,
  entries: readonly RevocationEntry[],
): Iterable<ScriptInput> {
  for (let at = 0; at < entries.length; at += scriptBatch)
    yield { keys: scriptKeys(keys), args: entries.slice(at, at + scriptBatch).flatMap(toArgs) }
}

/** Whether entries of this name can have a cut-off. */
export function mayHaveCutOff(name: string): boolean {
  const [, kind] = readName(name)
  return kind === 'client' || hasCutOff(kind)
}

/** Whether entries of this name always have a cut-off. */
export function needsCutOff(name: string): boolean {
  return hasCutOff(readName(name)[1])
}

function hasCutOff(kind: string): boolean {
  return kind === 'sub' || kind === 'all'
}

/** @throws TypeError for an entry that is damaged, or of an unknown kind */
export function toEntry(name: string, expiry: unknown, cutOff: unknown): RevocationEntry {
  const [issuer, kind, value] = readName(name)
  const isThere = cutOff !== '' && cutOff !== null && cutOff !== undefined
  const before = hasCutOff(kind) || (kind === 'client' && isThere) ? readTime(cutOff) : 0
  return toRevocationEntry({ issuer, kind, value, before, expiresAt: readTime(expiry) })
}

/** Fields of a message of the stream, by name. */
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
  throw new TypeError('the store holds an invalid name of a revocation')
}

function readTime(text: unknown): number {
  const time = typeof text === 'string' && text !== '' ? Number(text) : NaN
  if (Number.isSafeInteger(time)) return time
  throw new TypeError('the store holds a revocation with an invalid time')
}
