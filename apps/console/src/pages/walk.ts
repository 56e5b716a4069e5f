/** The state of a walk; tokens are in memory only, until the page is left. */
export interface Hand {
  readonly username: string
  readonly password: string
  readonly access: string
  readonly refresh: string
}

/** A step: its request, and the shell line for the same request. */
export interface WalkStep {
  readonly name: string
  readonly title: string
  readonly text: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** The state that the step needs. */
  readonly needs: keyof Hand
  readonly body?: (hand: Hand) => Readonly<Record<string, string>>
  /** The body in the shell line. */
  readonly shellBody?: (hand: Hand) => string
  readonly isBearer?: true
}

/** The life of a session, from login to the refusal after a logout. */
export const walk: readonly WalkStep[] = [
  {
    name: 'login',
    title: 'Log in',
    text: 'Name and password for a pair of tokens.',
    method: 'POST',
    path: '/user/login',
    needs: 'password',
    body: ({ username, password }) => ({ username, password }),
    shellBody: ({ username }) =>
      `{"username":${quoted(username === '' ? 'alice' : username)},"password":"'"$PASSWORD"'"}`,
  },
  {
    name: 'call',
    title: 'Call something guarded',
    text: 'The access token opens it.',
    method: 'GET',
    path: '/user/profile',
    needs: 'access',
    isBearer: true,
  },
  {
    name: 'refresh',
    title: 'Refresh',
    text: 'The refresh token for a new pair; the old one is spent.',
    method: 'POST',
    path: '/user/refresh',
    needs: 'refresh',
    body: ({ refresh }) => ({ refreshToken: refresh }),
    shellBody: () => `{"refreshToken":"'"$REFRESH"'"}`,
  },
  {
    name: 'logout',
    title: 'Log out',
    text: 'The session ends, and its tokens with it. There is no body in the answer.',
    method: 'POST',
    path: '/user/logout',
    needs: 'access',
    isBearer: true,
  },
  {
    name: 'again',
    title: 'Call once more',
    text: 'The access token has not expired, but is refused.',
    method: 'GET',
    path: '/user/profile',
    needs: 'access',
    isBearer: true,
  },
]

/** The answer to a step. */
export interface Answer {
  readonly status: number
  readonly ms: number
  /** Undefined without a JSON body. */
  readonly body: unknown
}

/**
 * Makes the request of a step, without the console's own session.
 *
 * @throws TypeError when the service does not answer
 */
export async function runStep(step: WalkStep, hand: Hand): Promise<Answer> {
  const start = performance.now()
  const body = step.body?.(hand)
  const response = await fetch(step.path, {
    method: step.method,
    credentials: 'omit',
    cache: 'no-store',
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(step.isBearer && { authorization: `Bearer ${hand.access}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, ms: performance.now() - start, body: parse(text) }
}

/**
 * The step as a line for a POSIX shell; its secrets are variables.
 *
 * @example curlOf(step, hand) // curl -s http://127.0.0.1:8888/user/profile -H "authorization: Bearer $ACCESS"
 */
export function curlOf(step: WalkStep, hand: Hand): string {
  const parts = [`curl -s ${location.origin}${step.path}`]
  if (step.method === 'POST' && !step.shellBody) parts.push('-X POST')
  if (step.isBearer) parts.push('-H "authorization: Bearer $ACCESS"')
  if (step.shellBody) {
    parts.push("-H 'content-type: application/json'", `-d '${step.shellBody(hand)}'`)
  }
  return parts.join(' ')
}

/** The tokens of an answer, if any. */
export function tokensOf(body: unknown): Pick<Hand, 'access' | 'refresh'> | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const { accessToken, refreshToken } = body as Record<string, unknown> // to look its members up
  return typeof accessToken === 'string' && typeof refreshToken === 'string'
    ? { access: accessToken, refresh: refreshToken }
    : undefined
}

/** As JSON within single quotes of a shell. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll("'", String.raw`'\''`)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
