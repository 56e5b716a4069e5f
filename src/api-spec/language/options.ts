/**
 * Refuses options nobody reads: a misspelt one would silently mean its default.
 *
 * @throws TypeError naming the option
 * @example checkOptions('parseApi', options, ['file', 'mode', 'read'])
 */
export function checkOptions(place: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    throw new TypeError(`${place}.${name} is not an option; known options: ${known.join(', ')}`)
  }
}
