import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { createRevocation, type RevocationEntry } from '../../../src/revocation/index.js'
import { memoryRevocations } from '../../../src/stores/memory/revocations.js'
import { looseStore } from '../loose-store.js'
import { issuer, verifiedToken } from '../tokens.js'

const sids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
const wall = () => Date.now() / 1000

/** What happens to two processes over one store, in any order and without waiting for each other. */
const step = fc.oneof(
  fc.record({
    kind: fc.constantFrom('revoke' as const, 'add' as const),
    process: fc.nat(1),
    sid: fc.constantFrom(...sids),
  }),
  fc.record({ kind: fc.constantFrom('cut', 'lose', 'down', 'up', 'turn', 'wait' as const) }),
)

test('no session is ever un-revoked, whatever happens to the store, and in the end all know all', async () => {
  const tokens = await Promise.all(
    sids.map(async (sid) => [sid, await verifiedToken({ sub: 'u', sid }, wall)] as const),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      const loose = looseStore()
      const processes = [0, 1].map(() =>
        createRevocation({ store: loose.store, issuer, accessTtl: '15m', beatEveryMs: 2 }),
      )
      /** What each process must refuse from now on. */
      const model = processes.map(() => new Map<string, true>())
      const pending: Promise<unknown>[] = []
      const knownToStore = new Set<string>()
      const check = () => {
        processes.forEach((process, at) => {
          for (const [sid, token] of tokens) {
            const refused = process.isRevoked(token)
            if (refused) model[at]?.set(sid, true)
            else expect(model[at]?.has(sid) ?? false).toBe(false)
          }
        })
      }
      try {
        await Promise.all(processes.map((process) => process.start()))
        for (const each of steps) {
          if ('sid' in each) {
            if (each.kind === 'revoke') {
              pending.push(
                processes[each.process]?.revoke({ sid: each.sid }).catch(() => undefined) ??
                  Promise.resolve(),
              )
              model[each.process]?.set(each.sid, true)
            } else {
              const expiresAt = Math.ceil(wall()) + 900
              const entry: RevocationEntry = { kind: 'sid', issuer, value: each.sid, expiresAt }
              await loose.inner.add([entry])
              knownToStore.add(each.sid)
            }
          } else if (each.kind === 'cut') loose.cut()
          else if (each.kind === 'lose') loose.replace(memoryRevocations())
          else if (each.kind === 'down') loose.down(true)
          else if (each.kind === 'up') loose.down(false)
          else if (each.kind === 'turn') await Promise.resolve()
          else await new Promise((resolve) => setTimeout(resolve, 3))
          check()
        }
        loose.down(false)
        await Promise.all(pending)
        const revoked = new Set(model.flatMap((known) => [...known.keys()]))
        await vi.waitFor(
          async () => {
            check()
            for (const [sid, token] of tokens)
              if (revoked.has(sid))
                for (const each of processes) expect(each.isRevoked(token)).toBe(true)
            const names = [...revoked].map((value) => ({ kind: 'sid' as const, issuer, value }))
            expect(await loose.inner.find(names)).toHaveLength(revoked.size)
          },
          { timeout: 10_000, interval: 5 },
        )
        // Nobody was refused for nothing.
        for (const [sid, token] of tokens)
          if (!revoked.has(sid) && !knownToStore.has(sid))
            for (const each of processes) expect(each.isRevoked(token)).toBe(false)
      } finally {
        for (const each of processes) each.close()
      }
    }),
    { numRuns: 40 },
  )
}, 60_000)
