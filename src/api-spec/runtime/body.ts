import { type FormBody, isFormType, readFormBody } from './form-body.js'
import { type FormRules } from './form-rules.js'
import { type BodyFields, type NumberRules, readJsonBody } from './json-body.js'

/** What a route takes as its body. */
export interface BodyRules extends NumberRules {
  /** Default: only JSON. */
  readonly form?: FormRules | undefined
}

/** A body that has been read. */
export interface ReadBody {
  /** The value of a JSON body; undefined without one. */
  readonly json: unknown
  readonly form?: FormBody
}

/**
 * The body of a request, as the route takes it: JSON, or a form where it has rules for one.
 *
 * @throws what `readFormBody` and `readJsonBody` throw
 * @example const { json, form } = await readBody(bytes, { type, encoding }, route)
 */
export async function readBody(
  bytes: Buffer,
  fields: BodyFields,
  { form, exact }: BodyRules,
): Promise<ReadBody> {
  if (form !== undefined && bytes.length > 0 && isFormType(fields.type))
    return { json: undefined, form: await readFormBody(bytes, fields, form) }
  return { json: readJsonBody(bytes, fields, exact === true ? { exact } : {}) }
}
