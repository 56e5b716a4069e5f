import { Secret, TOTP } from 'otpauth'

/**
 * The code of a secret, as the user's app shows it in `steps` steps of 30 s from now: the next step's is valid already, and for
 * half a minute at least.
 */
export function codeOf(secret: string, steps = 0): string {
  const timestamp = Date.now() + steps * 30_000
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp })
}

/** A code that is none of those that are valid around now. */
export function wrongCodeOf(secret: string): string {
  const near = [-2, -1, 0, 1, 2, 3].map((steps) => codeOf(secret, steps))
  const wrong = ['000000', '111111', '222222', '333333', '444444', '555555', '666666']
  return wrong.find((each) => !near.includes(each)) ?? '777777'
}

/** A user of a service, over HTTP. */
export interface Person {
  readonly username: string
  readonly password: string
}

/** An answer of the service, read. */
export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

type Asked = [
  origin: string,
  method: string,
  path: string,
  more?: { readonly body?: unknown; readonly token?: string },
]

/** @example await ask(origin, 'POST', '/user/login', { body: { username, password } }) */
export async function ask(...[origin, method, path, { body, token } = {}]: Asked): Promise<Answer> {
  const answer = await fetch(origin + path, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  const read: unknown = text === '' ? {} : JSON.parse(text)
  return { status: answer.status, body: isRecord(read) ? read : {} }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** POST /user/login */
export const login = (origin: string, { username, password }: Person, code?: string) =>
  ask(origin, 'POST', '/user/login', {
    body: { username, password, ...(code === undefined ? {} : { code }) },
  })

/** The access token of a login that must succeed. */
export async function tokenOf(answer: Promise<Answer>): Promise<string> {
  const { status, body } = await answer
  if (status !== 200) throw new Error(`the login was answered ${String(status)}`)
  return String(body['accessToken'])
}

/** What a user has after setting up a second factor. */
export interface Enrolled {
  readonly token: string
  readonly secret: string
  readonly codes: readonly string[]
}

/** Sets up a second factor; the code of the present step is used by it. */
export async function enrol(origin: string, person: Person): Promise<Enrolled> {
  const token = await tokenOf(login(origin, person))
  const { password } = person
  const path = '/user/second-factor'
  const begun = await ask(origin, 'POST', path, { token, body: { password } })
  if (begun.status !== 200) throw new Error(`it was not begun: ${JSON.stringify(begun)}`)
  const secret = String(begun.body['secret'])
  const code = codeOf(secret)
  const { status, body } = await ask(origin, 'POST', `${path}/confirm`, { token, body: { code } })
  const codes = body['recoveryCodes']
  if (status !== 200 || !Array.isArray(codes)) throw new Error('it was not confirmed')
  return { token, secret, codes: codes.map(String) }
}

/** The claims of a token that the service has just given. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  const [, payload = ''] = token.split('.')
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
  return isRecord(claims) ? claims : {}
}
