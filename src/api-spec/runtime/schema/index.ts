/**
 * The schemas of generated types. It imports nothing, so it runs in browsers too.
 */

export { type Input, nothing, object, type Result, type Schema } from './schema.js'
export type { Field, Problem, Reader, Reading, Turn, Way } from './schema.js'
export { exact, type ExactRange, type ExactRules, exactText } from './exact.js'
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
