import { type FormBody, type FormRules, isFormType, readFormBody } from './form-body.js'
import { type BodyFields, readJsonBody } from './json-body.js'

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
 * @example const { json, form } = await readBody(bytes, { type, encoding }, route.form)
 */
export async function readBody(
  bytes: Buffer,
  fields: BodyFields,
  rules: FormRules | undefined,
): Promise<ReadBody> {
  if (rules !== undefined && bytes.length > 0 && isFormType(fields.type))
    return { json: undefined, form: await readFormBody(bytes, fields, rules) }
  return { json: readJsonBody(bytes, fields) }
}
