import { z } from 'zod'
import type { Attributes } from './users.js'

const stored = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]),
)

/**
 * Reads the attributes of a user as {@link writeAttributes} has written them.
 *
 * @throws ZodError when the column holds anything else
 */
export function readAttributes(column: string): Attributes {
  return stored.parse(JSON.parse(column))
}

/**
 * The text of attributes: the same ones always have the same text, so that two texts can be compared.
 *
 * @example writeAttributes({ level: 3, department: 'sales' }) // '{"department":"sales","level":3}'
 */
export function writeAttributes(attributes: Attributes): string {
  const sorted = Object.entries(attributes).sort(([one], [other]) => (one < other ? -1 : 1))
  return JSON.stringify(Object.fromEntries(sorted))
}
