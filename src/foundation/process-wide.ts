/**
 * One value for every copy of this package in the process. The first copy that asks makes it.
 *
 * The name ends with a version, as that of a `brand` does: copies that use the value in another way have one of their own.
 *
 * @example const storage = processWide('context/1', () => new AsyncLocalStorage<Frame>())
 */
export function processWide<T>(name: string, make: () => T): T {
  const key = Symbol.for(`jotgate.${name}`)
  const known = Object.getOwnPropertyDescriptor(globalThis, key)
  if (known !== undefined) return known.value as T // made below, by this copy or another
  const value = make()
  Object.defineProperty(globalThis, key, { value })
  return value
}
