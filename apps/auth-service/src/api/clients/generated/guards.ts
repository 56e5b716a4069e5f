// Who may call clients-api. Generated from its .api file: changes are lost.
import { type Claims, type Gate } from 'jotgate'

/** The guards the .api file names. */
export type GuardName = 'Admin'

export const guardNames: readonly GuardName[] = ['Admin']

/** A gate for each guard. */
export type Gates = { readonly [name in GuardName]: Gate<Claims> }

/** The gate of one guard. */
export function gateOf(gates: Gates, name: GuardName): Gate<Claims> {
  return gates[name]
}

/** Paths without a guard, for an application that guards everything else: select({ except: { path: openPaths } }). */
export const openPaths: readonly string[] = []
