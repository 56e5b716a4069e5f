import { amount } from '../../setup/amount.js'
import type { Answer, Question } from '../fleet/asking.js'
import { readPair } from '../pair.js'
import type { Person, Session, World } from './world.js'

/**
 * Seconds that an access token lives. In the long form it is the least beside a grace period of 10 s, and each is refreshed after
 * half of them or so; in the short one it is so long that none expires while a busy machine gets nothing done.
 */
export const accessLife = amount({ short: 900, full: 60 })

/** @example if ((await logIn(world, user)).status !== 200) … */
export async function logIn({ ask }: World, person: Person): Promise<Answer> {
  const { username, password, address, clientId } = person
  const answer = await ask({
    operation: 'POST /user/login',
    from: address,
    body: { username, password, ...(clientId !== undefined && { clientId }) },
  })
  if (answer.status === 200) person.session = sessionOf(answer)
  return answer
}

/**
 * Trades the refresh token. A 401 ends the session here too, and is recorded as a fault where the person is honest. So does a
 * connection that broke: after the grace period the service must take the same token for a stolen one.
 */
export async function refresh({ ask, record }: World, person: Person): Promise<Answer> {
  const { session, address } = person
  const answer = await ask({
    operation: person.clientId === undefined ? 'POST /user/refresh' : 'POST /oauth/token',
    from: address,
    ...refreshing(person, session?.refreshToken ?? ''),
  })
  if (answer.status === 200) person.session = sessionOf(answer)
  if ([0, 400, 401].includes(answer.status)) person.session = undefined
  if (answer.status === 401 && person.isHonest)
    record.loggedOut.push(`${person.username}: ${String(answer.body['reason'])}`)
  return answer
}

function refreshing({ clientId }: Person, token: string) {
  if (clientId === undefined) return { body: { refreshToken: token } }
  return { form: { grant_type: 'refresh_token', client_id: clientId, refresh_token: token } }
}

/** An access token that has some life left, after a login or a refresh where these are needed; empty where they failed. */
export async function freshToken(world: World, person: Person): Promise<string> {
  const isOld = () => performance.now() - (person.session?.since ?? 0) > (accessLife / 2) * 1000
  if (person.session !== undefined && isOld()) await refresh(world, person)
  if (person.session === undefined) await logIn(world, person)
  return person.session?.accessToken ?? ''
}

/** A call of an administrator, who logs in again where the service asks for a recent login. */
export async function actAs(
  world: World,
  admin: Person,
  call: Pick<Question, 'operation' | 'body'>,
): Promise<Answer> {
  const act = async () =>
    world.ask({ ...call, from: admin.address, token: await freshToken(world, admin) })
  const answer = await act()
  if (answer.body['reason'] !== 'insufficient_user_authentication') return answer
  await logIn(world, admin)
  return act()
}

function sessionOf({ body, askedAt }: Answer): Session {
  const { access_token: accessToken, refresh_token: refreshToken } = body
  const pair = accessToken === undefined ? body : { accessToken, refreshToken, sid: '' }
  return { ...readPair(pair), since: askedAt }
}
