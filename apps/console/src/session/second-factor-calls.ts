import { callOwn } from './session.js'

/** GET /user/second-factor. */
export interface FactorState {
  readonly active: boolean
  readonly recoveryCodes: number
}

/** POST /user/second-factor. */
export interface BegunFactor {
  readonly secret: string
  readonly uri: string
}

const path = '/user/second-factor'

/** @throws ApiError */
export async function readFactor(): Promise<FactorState> {
  const { active, recoveryCodes } = fieldsOf(await callOwn('GET', path))
  return { active: active === true, recoveryCodes: Number(recoveryCodes) }
}

/** @throws ApiError */
export async function beginFactor(password: string): Promise<BegunFactor> {
  const { secret, uri } = fieldsOf(await callOwn('POST', path, { password }))
  return { secret: String(secret), uri: String(uri) }
}

/** The recovery codes. @throws ApiError */
export async function confirmFactor(password: string, code: string): Promise<readonly string[]> {
  const { recoveryCodes } = fieldsOf(await callOwn('POST', `${path}/confirm`, { password, code }))
  return Array.isArray(recoveryCodes) ? recoveryCodes.map(String) : []
}

/** @throws ApiError */
export async function removeFactor(password: string, code: string): Promise<void> {
  await callOwn('POST', `${path}/remove`, { password, code })
}

function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? { ...body } : {}
}
