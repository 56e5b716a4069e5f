import { amount } from '../../../setup/amount.js'
import type { Maker } from '../harmless.js'
import type { World } from '../world.js'

/** So few that each is guessed often enough to be locked for strangers. */
const victims = amount({ short: 1, full: 3 })

/** Half of the guesses are about some honest users, the others about names that nobody has. */
function nameOf({ honest }: World, nth: number): string {
  const user = nth % 2 === 0 ? honest[(nth / 2) % victims] : undefined
  return user?.username ?? `ghost-${String(nth)}`
}

/** Wrong passwords from addresses that have failures left: 40 from each. */
export const guessFromManyAddresses: Maker = (world) => {
  let nth = 0
  return async () => {
    const from = `203.0.113.${String(100 + (Math.floor(nth++ / 40) % 100))}`
    return guess(world, nameOf(world, nth), from)
  }
}

/** Wrong passwords of many names from one address (a5, a28). */
export const guessFromOneAddress: Maker = (world) => {
  let nth = 0
  return () => guess(world, nameOf(world, nth++), '203.0.113.5')
}

/** What stands in X-Forwarded-For beside an address, or instead of one (a5, a28). */
const rubbish = [
  '203.0.113.6:52144',
  '203.0.113.6:52145',
  '[2001:db8:9:1::1%eth0]:443',
  '2001:db8:9:1:2::1',
  'unknown',
  '"><script>',
  '999.1.1.1',
  '198.18.0.1, 203.0.113.6',
  '127.0.0.1, 203.0.113.6',
  ',,,',
]

/** Wrong passwords under rubbish that must not be taken for new addresses, or for those of honest users. */
export const guessBehindRubbish: Maker = (world) => {
  let nth = 0
  return () => guess(world, nameOf(world, nth), rubbish[nth++ % rubbish.length] ?? '')
}

async function guess({ ask }: World, username: string, from: string): Promise<number> {
  const body = { username, password: 'a wrong password' }
  return (await ask({ operation: 'POST /user/login', from, body })).status
}

/** Wrong secrets of OAuth clients, from one address (a5, a28). */
export const guessClientSecrets: Maker = ({ ask, appId }) => {
  let nth = 0
  return async () => {
    const client_id = nth++ % 2 === 0 ? appId : `client-${String(nth)}`
    const form = { grant_type: 'client_credentials', client_id, client_secret: 'wrong' }
    return (await ask({ operation: 'POST /oauth/token', from: '203.0.113.7', form })).status
  }
}
