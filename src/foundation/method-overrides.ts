/**
 * Header fields, in lower case, that make some servers use another method than the one sent. A rule that opens a call
 * by its method does not trust it beside one of them.
 *
 * @example methodOverrides.some((name) => call.header(name).length > 0)
 */
export const methodOverrides: readonly string[] = Object.freeze([
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
])
