import { randomBytes } from 'node:crypto'
import { familySid } from '../sessions/family-id.js'
import type { Family, FamilyStore, RotateRequest, RotateResult } from '../sessions/ports.js'

/** When sample families begin. Unix time in seconds. */
export const start = 1_800_000_000

/** A family as a login begins it: 7 days idle, 30 days in all. */
export function sampleFamily(changes: Partial<Family> = {}): Family {
  const id = randomBytes(16).toString('base64url')
  return {
    id,
    sid: familySid(id),
    subject: 'user-1',
    client: 'web',
    scope: 'read write',
    audience: ['api'],
    generation: 0,
    parent: -1,
    createdAt: start,
    rotatedAt: start,
    absoluteExpiry: start + 2_592_000,
    idleExpiry: start + 604_800,
    meta: { userAgent: 'Test/1.0' },
    ...changes,
  }
}

/** A refresh of a sample family: grace 10 s, recovery 1 h, 7 days idle. */
export function sampleRequest(family: Family, changes: Partial<RotateRequest> = {}): RotateRequest {
  return {
    id: family.id,
    presented: family.generation,
    client: family.client,
    now: start + 450,
    grace: 10,
    recoverWithin: 3600,
    idleTtl: 604_800,
    ...changes,
  }
}

/** A store with one family in it. */
export interface Kept {
  readonly store: FamilyStore
  readonly family: Family
  readonly rotate: (changes?: Partial<RotateRequest>) => Promise<RotateResult>
}

/** Puts one family into a new store. */
export async function keep(
  makeStore: () => FamilyStore | Promise<FamilyStore>,
  changes: Partial<Family> = {},
): Promise<Kept> {
  const store = await makeStore()
  const family = sampleFamily(changes)
  await store.create(family)
  return { store, family, rotate: (changed) => store.rotate(sampleRequest(family, changed)) }
}
