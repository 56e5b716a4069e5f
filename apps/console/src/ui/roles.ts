/**
 * Roles as they are typed: words between commas or blanks, each once.
 *
 * @example rolesOf('admin, auditor admin') // ['admin', 'auditor']
 */
export function rolesOf(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((role) => role !== ''))]
}
