import { adminRole } from './names.js'
import type { User } from './users.js'

/** What the operations of administrators need, one of these each: the guards in their `.api` files. */
export const permissions = [
  'ReadUsers',
  'ChangeUsers',
  'ReadSessions',
  'EndSessions',
  'ReadRevocations',
  'Revoke',
  'ReadKeys',
  'ChangeKeys',
  'InspectTokens',
  'ReadTraffic',
  'ReadAudit',
  'ReadClients',
  'ChangeClients',
] as const

/** One of {@link permissions}. */
export type Permission = (typeof permissions)[number]

/** Those that give power to others: they need a login within the last five minutes. */
export const confirmed: ReadonlySet<Permission> = new Set([
  'ChangeUsers',
  'ChangeKeys',
  'ChangeClients',
])

/** Role → permissions. All other roles are the applications' own, and permit nothing here. */
const byRole: Readonly<Record<string, readonly Permission[]>> = {
  [adminRole]: permissions,
  /** Reads everything, and changes nothing. */
  auditor: permissions.filter((name) => name.startsWith('Read') || name === 'InspectTokens'),
  'user-admin': ['ReadUsers', 'ChangeUsers', 'ReadSessions', 'EndSessions'],
  'client-admin': ['ReadClients', 'ChangeClients'],
}

/**
 * What these roles permit, in the order of {@link permissions}.
 *
 * @example permissionsOf(['client-admin', 'editor']) // ['ReadClients', 'ChangeClients']
 */
export function permissionsOf(roles: readonly string[]): readonly Permission[] {
  const own = roles.flatMap((role) => (Object.hasOwn(byRole, role) ? (byRole[role] ?? []) : []))
  return permissions.filter((name) => own.includes(name))
}

/**
 * Whether these roles permit everything that the others permit. Who lacks a permission neither gives it nor changes the
 * accounts that have it: a password that is set is a login.
 *
 * @example covers(['user-admin'], ['admin']) // false
 */
export function covers(roles: User['roles'], others: User['roles']): boolean {
  const own = permissionsOf(roles)
  return permissionsOf(others).every((name) => own.includes(name))
}
