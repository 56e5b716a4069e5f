import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { createServiceKeys, Sessions, TokenResponse } from '../../../src/session/index.js'
import type { RedisPort } from '../../../src/stores/redis/port.js'
import type { SqlDatabase } from '../../../src/stores/sql/database.js'
import type { migrate, Schema } from '../../../src/stores/sql/migrate.js'

/** A session store of release 0.1.0: what is asked of it here. */
export interface EarlierStore {
  create(session: EarlierSession): Promise<void>
  sweep(before: number): Promise<number>
}

/** A session as release 0.1.0 kept it. */
export interface EarlierSession {
  readonly id: string
  readonly sid: string
  readonly subject: string
}

/** Options of `createSessions` of release 0.1.0: what is given here. */
export interface EarlierOptions {
  readonly store: EarlierStore
  readonly serviceKey: ReturnType<typeof createServiceKeys>
  readonly sign: (claims: Readonly<Record<string, unknown>>) => Promise<string>
  readonly loadSubject: () => Promise<{ readonly claims: Readonly<Record<string, unknown>> }>
  readonly now: () => number
  readonly grace?: number
  readonly storeDeadlineMs?: number
}

/** Sessions of release 0.1.0. */
export interface EarlierSessions extends Pick<Sessions, 'refresh' | 'end' | 'list'> {
  issue(request: { readonly subject: string; readonly client: string }): Promise<TokenResponse>
}

/** The module of `0.1.0/sessions.mjs.txt`. */
export interface EarlierRelease {
  readonly createSessions: (options: EarlierOptions) => EarlierSessions
  readonly createServiceKeys: typeof createServiceKeys
  readonly redisSessions: (port: RedisPort, prefix: string) => EarlierStore
  readonly sqlSessions: (database: Pick<SqlDatabase, 'query'>) => EarlierStore
  readonly sessionsSchema: Schema
  readonly migrate: typeof migrate
}

const recorded = fileURLToPath(new URL('0.1.0/sessions.mjs.txt', import.meta.url))

/** Puts the recorded program into a folder; the path of its module there. */
export function copyEarlierRelease(folder: string): string {
  const path = join(folder, 'release-0.1.0.mjs')
  copyFileSync(recorded, path)
  return path
}

/** @example const { createSessions } = await loadEarlierRelease(copyEarlierRelease(folder)) */
export async function loadEarlierRelease(path: string): Promise<EarlierRelease> {
  return (await import(/* @vite-ignore */ pathToFileURL(path).href)) as EarlierRelease // what was recorded
}
