/** The items in their order, each once. */
export function eachOnce<T>(items: readonly T[]): readonly T[] {
  return [...new Set(items)]
}
