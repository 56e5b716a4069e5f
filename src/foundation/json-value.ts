/**
 * What JSON writes for a value: what `toJSON` of an object returns, else the value itself.
 *
 * @param name of the member that has the value, or its index
 * @example jsonValue(new Date(0), 'at') // '1970-01-01T00:00:00.000Z'
 */
export function jsonValue(value: unknown, name: string): unknown {
  const has = typeof value === 'object' && value !== null && 'toJSON' in value
  return has && typeof value.toJSON === 'function'
    ? Reflect.apply(value.toJSON, value, [name])
    : value
}
