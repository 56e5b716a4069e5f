/** What can happen that is worth recording, by its name in the audit log and in webhooks. */
export const eventKinds = {
  'user.login': 'a user logged in, or an existing user was refused',
  'user.confirmed': 'a user proved anew who they are, or failed to',
  'user.logout': 'a user ended the session that asked',
  'user.logout-all': 'a user ended all own sessions',
  'user.profile-changed': 'a user changed the own display name or e-mail address',
  'user.password-changed': 'a password was replaced, or the user failed to prove the old one',
  'user.created': 'a user was added',
  'user.changed': 'roles were replaced, or the account was disabled or enabled',
  'user.account-changed':
    'an administrator changed the display name, the e-mail address or attributes',
  'user.renamed': 'a user was given another username; sessions went on',
  'user.deleted': 'a user was deleted for good',
  'user.locked': 'too many wrong passwords in a row have locked an account for a while',
  'user.unlocked': 'an administrator ended the lock of an account',
  'user.sessions-revoked': 'all sessions of a user were ended',
  'session.revoked': 'one session was ended by its owner or by an administrator',
  'session.ended': 'a session has ended before its time, for whatever reason',
  'session.evicted': 'a login made room by ending the least recently used session',
  'session.reused': 'theft: a refresh token that had been replaced was used',
  'session.replayed': 'a refresh was asked for twice within the grace',
  'session.recovered': 'a replaced refresh token recovered its session after a lost answer',
  'session.rolled-back': 'the store is older than a refresh token: it has lost writes',
  'token.revoked':
    'tokens were revoked, one of them or all of a session, a user, a client or the service',
  'token.exchanged': 'a client got a token with which it acts for a user',
  'client.refused': 'a registered client failed to authenticate',
  'client.created': 'a client was registered',
  'client.changed': 'the registration of a client was changed',
  'client.secret-rotated': 'a client was given another secret',
  'client.old-secret-ended': 'the secret that a client had before is no longer valid',
  'client.removed': 'a client was removed',
  'key.rotated': 'the next signing key was asked for',
  'key.revoked': 'a signing key was removed before its time',
  'service.restored': 'a backup was put in the place of the database',
} as const satisfies Record<string, string>

/** One name of {@link eventKinds}. */
export type EventKind = keyof typeof eventKinds
