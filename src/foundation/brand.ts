/**
 * Brands make `instanceof` recognise the instances of every copy of this package in the process: a workspace often
 * installs a second one, and `import` and `require` load one each. A brand is a symbol of the whole process.
 *
 * Data cannot carry it: JSON and forms have no symbols. Code that sets it could make a real instance as well.
 *
 * The name ends with a version. A later release may add members to such a class; one that changes what a member means
 * takes the next number, and the two no longer recognise each other.
 */

/**
 * Brands an instance, in its constructor. A class cannot be branded when it is defined: bundlers would no longer drop it
 * where it is not used.
 *
 * @example brand(this, 'AuthError/1')
 */
export function brand(instance: object, name: string): void {
  Object.defineProperty(instance, symbolOf(name), { value: true })
}

/** Whether some copy of this package has branded a value with this name. */
export function isBranded(given: unknown, name: string): boolean {
  return Object.hasOwn(Object(given) as object, symbolOf(name)) // a primitive has no brand
}

/**
 * What `instanceof` does with an ordinary class: for a class that extends a branded one, and inherits the way in which
 * that recognises its instances.
 *
 * @example
 * static [Symbol.hasInstance](given: unknown): boolean {
 *   return this === AuthError ? isBranded(given, 'AuthError/1') : inherits(given, this)
 * }
 */
export function inherits(given: unknown, from: object): boolean {
  return Function.prototype[Symbol.hasInstance].call(from, given)
}

function symbolOf(name: string): symbol {
  return Symbol.for(`jotgate.${name}`)
}
