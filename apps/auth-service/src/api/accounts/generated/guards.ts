// Who may call accounts-api. Generated from its .api file: changes are lost.
import { type GatesOf } from 'jotgate/api-spec/runtime'

/** The guards the .api file names. */
export type GuardName = 'ReadUsers' | 'ChangeUsers'

/** A gate for each guard. */
export type Gates = GatesOf<GuardName>

/** Paths that take calls without a token, for an application that guards everything else: select({ except: { path: openPaths } }). */
export const openPaths: readonly string[] = []
