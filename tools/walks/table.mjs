/**
 * The calls that `npm run walks` measures.
 *
 * @typedef {{
 *   readonly what: string,
 *   readonly kind: 'library' | 'service' | 'imports',
 *   readonly files: number,
 *   readonly functions?: number,
 * }} Walk
 *   `what`: the call. `kind`: a call of the library, a request to the service, or the import closure of a file.
 *   `files`, `functions`: the most that the call may enter. They fall when a call becomes shorter, and do not rise.
 */

/** @type {Readonly<Record<string, Walk>>} */
export const walks = {
  verify: { what: 'verify HS256, first token', kind: 'library', files: 16, functions: 57 },
  'verify-again': { what: 'the same, header known', kind: 'library', files: 15, functions: 45 },
  gate: { what: 'gate(call), token cached', kind: 'library', files: 16, functions: 48 },
  refresh: { what: 'sessions.refresh, memory store', kind: 'library', files: 28, functions: 70 },
  revoke: { what: 'revocation.revoke({ sid })', kind: 'library', files: 21, functions: 72 },
  'is-revoked': { what: 'revocation.isRevoked', kind: 'library', files: 11, functions: 32 },
  'parse-api': { what: 'parseApi(user.api)', kind: 'library', files: 32, functions: 252 },
  generate: { what: 'generate(spec)', kind: 'library', files: 21, functions: 194 },
  options: { what: 'createVerifier(every option)', kind: 'library', files: 14, functions: 42 },
  login: { what: 'POST /user/login, SQLite', kind: 'service', files: 111, functions: 315 },
  imports: { what: 'imports of src/token/verify.ts', kind: 'imports', files: 40 },
}
