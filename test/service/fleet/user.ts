import { setTimeout as sleep } from 'node:timers/promises'
import { readPair, type Pair } from '../pair.js'
import { ask, insist, type Answer, type Question } from './asking.js'
import { count, type Tally } from './tally.js'

/** Somebody who uses the service until the signal is given. */
export interface UserParts {
  readonly origin: string
  readonly username: string
  readonly password: string
  readonly tally: Tally
  readonly stop: AbortSignal
  /** Of this moment: an administrator's token. */
  readonly adminToken: () => string
  readonly random: () => number
}

/** A token that was taken back, and when that was answered. */
interface Dead {
  readonly token: string
  readonly at: number
}

/** How long a token may still be accepted after it was taken back, whatever fails: `maxStaleness`. */
const maxStaleness = 10_000

/** Logs in, calls, refreshes, logs out or is logged out, tries what is no longer good; and begins again. */
export async function liveAs(parts: UserParts): Promise<void> {
  const { stop, random } = parts
  const dead: Dead[] = []
  let pair = await logIn(parts)
  while (!stop.aborted) {
    const choice = random()
    if (pair === undefined || choice < 0.04) {
      if (pair !== undefined) await takeBack(parts, pair, dead)
      pair = await logIn(parts)
    } else if (choice < 0.2) pair = await refresh(parts, pair)
    else if (choice < 0.5) await tryDead(parts, dead)
    else await call(parts, pair)
    await sleep(random() * 60)
  }
}

/** Asks until there is an answer, and counts each. */
function insistOn(parts: UserParts, question: Question): Promise<Answer> {
  const once = async () => {
    const answer = await ask(parts.origin, question)
    note(parts.tally, question, answer)
    return answer
  }
  return insist(once, () => 50 + parts.random() * 100)
}

function note(tally: Tally, { operation }: Question, { status }: Answer): void {
  count(tally.answers, `${operation.replace(/\/[\w-]{20,}/, '/:id')} ${String(status)}`)
  if (status === 0) tally.faults.push(`${operation}: the connection broke`)
}

async function logIn(parts: UserParts): Promise<Pair | undefined> {
  const { username, password, tally } = parts
  const question = { operation: 'POST /user/login', body: { username, password } }
  const { status, body } = await insistOn(parts, question)
  if (status === 200) return readPair(body)
  tally.faults.push(`a login was answered ${String(status)}`)
  return undefined
}

async function refresh(parts: UserParts, { refreshToken }: Pair): Promise<Pair | undefined> {
  const question = { operation: 'POST /user/refresh', body: { refreshToken } }
  const { status, body } = await insistOn(parts, question)
  if (status === 200) return readPair(body)
  parts.tally.faults.push(`a refresh was answered ${String(status)}: ${String(body['reason'])}`)
  return undefined
}

async function call(parts: UserParts, { accessToken: token }: Pair): Promise<void> {
  const { status, body } = await insistOn(parts, { operation: 'GET /user/profile', token })
  if (status !== 200 || body['username'] !== parts.username)
    parts.tally.faults.push(`a call was answered ${String(status)}: ${String(body['reason'])}`)
}

/** By the user or by an administrator, of the session or of the one token. */
async function takeBack(parts: UserParts, pair: Pair, dead: Dead[]): Promise<void> {
  const { accessToken: token, sid } = pair
  const isOwn = parts.random() < 0.5
  const question = isOwn
    ? { operation: 'POST /user/logout', token }
    : { operation: `DELETE /admin/sessions/${sid}`, token: parts.adminToken() }
  const { status, answeredAt } = await insistOn(parts, question)
  if (status !== 204) {
    // Not taken back: that it is accepted would be no further fault.
    parts.tally.faults.push(`an end was answered ${String(status)}`)
    return
  }
  parts.tally.revocations++
  dead.push({ token, at: answeredAt })
}

async function tryDead({ origin, tally, random }: UserParts, dead: Dead[]): Promise<void> {
  const one = dead[Math.floor(random() * dead.length)]
  if (one === undefined) return
  const question = { operation: 'GET /user/profile', token: one.token }
  const { status, askedAt } = await ask(origin, question)
  count(tally.answers, `a dead token ${String(status)}`)
  if (status !== 200) return
  const late = askedAt - one.at
  tally.late.push(late)
  if (late > maxStaleness)
    tally.faults.push(`accepted ${String(Math.round(late))} ms after it was taken back`)
}
