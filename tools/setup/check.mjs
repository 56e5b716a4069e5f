/**
 * @typedef {() => Promise<{ saw: Record<string, number>, problems: readonly string[] }>} Check
 *   One check of `npm run check`. `saw`: how many of what were looked at; none may be 0, since a
 *   check that looks at nothing finds nothing. `problems`: one line each, with path and reason.
 */
export {}
