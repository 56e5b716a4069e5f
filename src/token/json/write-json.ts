/**
 * Writes plain data as `JSON.stringify` does, with each `bigint` as an integer of all its digits.
 *
 * @example writeJson({ id: 9007199254740993n }) // '{"id":9007199254740993}'
 */
export function writeJson(value: unknown): string {
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`
  const members = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .map(([name, inner]) => `${JSON.stringify(name)}:${writeJson(inner)}`)
  return `{${members.join(',')}}`
}
