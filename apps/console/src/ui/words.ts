/**
 * Words as they are typed, such as roles or scopes: separated by commas or spaces, each once.
 *
 * @example wordsOf('admin, auditor admin') // ['admin', 'auditor']
 */
export function wordsOf(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((word) => word !== ''))]
}
