/**
 * The schemas of generated types. It imports nothing, so it runs in browsers too.
 */

export { type Input, nothing, object, type Result, type Schema } from './schema.js'
export type { Field, Problem, Reader, Reading } from './schema.js'
export {
  anything,
  flag,
  flagText,
  list,
  nested,
  number,
  type NumberRules,
  numberText,
  type Range,
  record,
  ref,
  text,
  type TextRules,
} from './readers.js'
