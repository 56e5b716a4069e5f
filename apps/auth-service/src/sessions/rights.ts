import { AuthError, type Signer, type SubjectState } from 'jotgate'
import type { UserAttributes } from '../configuration/user-attributes.js'
import { attributeClaims } from '../users/attributes.js'
import type { User } from '../users/users.js'

/** What the access tokens of a client's sessions may have, by its registration as it is now. */
export interface SessionRights {
  /** The widest scope of its tokens; a session's further scopes are left out. */
  readonly scopes: readonly string[]
  /** A session that began with another audience gets no tokens any more. */
  readonly audiences: readonly string[]
  /** Whether its tokens have the claim `roles`. */
  readonly receivesRoles: boolean
}

/** The client of a session, and what its tokens have of a user. */
export interface SubjectRights extends SessionRights {
  /** Its id. */
  readonly client: string
  /** The attributes of the configuration, some of which are claims at some clients. */
  readonly attributes: UserAttributes
}

/** The claims and the widest scope of a user's token at a client with these rights. */
export function limitSubject(
  user: Pick<User, 'roles' | 'attributes'>,
  { scopes, receivesRoles, client, attributes }: SubjectRights,
): SubjectState {
  const claims = {
    ...attributeClaims(attributes, user, client),
    ...(receivesRoles ? { roles: user.roles } : {}),
  }
  return { claims, scope: scopes.join(' ') }
}

/**
 * The signer, for sessions of a client with these rights. A session keeps the audience that it began with: when the
 * registration has it no longer, no token is signed.
 *
 * @param usual the audience of a session that names none
 * @throws AuthError AUDIENCE_MISMATCH, before a refresh changes anything
 */
export function limitAudience(
  sign: Signer,
  { audiences }: Pick<SessionRights, 'audiences'>,
  usual: string,
): Signer {
  return async (claims = {}) => {
    const { aud = usual } = claims
    if ([aud].flat().every((each) => audiences.includes(each))) return sign(claims)
    throw new AuthError('AUDIENCE_MISMATCH')
  }
}
