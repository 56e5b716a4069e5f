import { afterEach, describe, expect, test } from 'vitest'
import { createGate, requireClaim, requireRoles, requireScopes } from '../../src/gate/index.js'
import { fakeCall } from './calls.js'
import { sign, verified, verify } from './tokens.js'

// Its type allows no further members.
const prototype = Object.prototype as unknown as Record<string, unknown>

/** Gives every object a member, as a merge of `{"__proto__": …}` does in a careless library. */
function pollute(members: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(members)) prototype[name] = value
}

const names = ['roles', 'role', 'scope', 'scp', 'tier', 'optional', 'select', 'audience', 'issuer']

afterEach(() => {
  for (const name of names) Reflect.deleteProperty(prototype, name)
})

describe('a polluted Object.prototype', () => {
  test('a polluted Object.prototype gives no token a role, a scope or a claim', async () => {
    const token = await verified()
    pollute({ roles: ['admin'], role: 'admin', scope: 'a', scp: ['a'], tier: 'gold' })
    expect(requireRoles('admin')(token)).toBe(false)
    expect(requireScopes('a')(token)).toBe(false)
    expect(requireClaim('tier', 'gold')(token)).toBe(false)
  })

  test('a polluted Object.prototype makes no gate optional', async () => {
    pollute({ optional: true, select: () => false })
    const gate = createGate({ verify })
    await expect(gate.check(fakeCall({}))).rejects.toMatchObject({ code: 'TOKEN_MISSING' })
    await expect(gate.check(fakeCall({}), {})).rejects.toMatchObject({ code: 'TOKEN_MISSING' })
    const fields = [['authorization', `Bearer ${await sign()}`] as const]
    await expect(gate.check(fakeCall({ fields }))).resolves.toBeDefined()
  })
})
