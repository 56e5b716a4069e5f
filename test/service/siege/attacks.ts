import { amount } from '../../setup/amount.js'
import { drip, leaveHalfOpen, sendMalformed } from './attackers/connections.js'
import {
  guessBehindRubbish,
  guessClientSecrets,
  guessFromManyAddresses,
  guessFromOneAddress,
} from './attackers/guessing.js'
import {
  choosePasswords,
  comeAndGo,
  crowd,
  hoard,
  presentOldTokens,
  revokeEachToken,
} from './attackers/own-account.js'
import { postFromVisitors, rideCookies } from './attackers/pages.js'
import { forge, strayWithAppToken, strayWithNarrowedToken } from './attackers/scope.js'
import {
  health,
  keySet,
  login,
  loginAndLogout,
  logins,
  profile,
  refreshAndProfile,
  weakPassword,
  type Maker,
} from './harmless.js'

/** One attacker, and what stands for it in the baseline. */
export interface Attack {
  readonly name: string
  readonly perSecond: number
  readonly why: string
  readonly attack: Maker
  /** As heavy, as often, and of no harm. */
  readonly harmless: Maker
  /** Every answer that does no harm; 503, and 0 for a connection that broke, are taken from any. */
  readonly safe: readonly number[]
}

/** Rates: in `npm test`, and in the long form. */
const rate = (short: number, full: number) => amount({ short, full })
/** Logins of a crowd at once. */
const many = amount({ short: 8, full: 20 })

/**
 * What is answered after a hash comes 5 times a second in the long form, a crowd included: that is a seventh of two cores, beside
 * the two logins a second of honest users. The others cost a hundredth of it, and come as often as they can beside the load of
 * the honest.
 */
export const attacks: readonly Attack[] = [
  {
    ...{ name: 'guess from many addresses', perSecond: rate(0.5, 1.5), safe: [401, 429] },
    why: 'a hash each: 40 guesses from each address, 90 a minute of the 1,000 that the whole service may fail',
    ...{ attack: guessFromManyAddresses, harmless: login },
  },
  {
    ...{ name: 'guess from one address', perSecond: rate(1, 3), safe: [401, 429] },
    why: '50 hashes, then 429 after a look into Redis: as light as a guarded route',
    ...{ attack: guessFromOneAddress, harmless: profile },
  },
  {
    ...{ name: 'guess behind rubbish', perSecond: rate(0.5, 2), safe: [400, 401, 429] },
    why: '50 hashes for each network that it comes down to, then 429',
    ...{ attack: guessBehindRubbish, harmless: profile },
  },
  {
    ...{ name: 'guess client secrets', perSecond: rate(2, 5), safe: [400, 401, 429] },
    why: 'no hash: a comparison and a count',
    ...{ attack: guessClientSecrets, harmless: keySet },
  },
  {
    ...{ name: 'crowd of one account', perSecond: rate(0.25, 0.1), safe: [200] },
    why: '20 logins at once every 10 s, 2 hashes a second; the baseline spreads as many over the 10 s',
    attack: crowd(many),
    harmless: logins(many, 1 / rate(0.25, 0.1)),
  },
  {
    ...{ name: 'come and go', perSecond: rate(0.25, 0.4), safe: [204] },
    why: 'a hash, a session and a revocation each',
    ...{ attack: comeAndGo, harmless: loginAndLogout },
  },
  {
    ...{ name: 'hoard sessions', perSecond: rate(0.25, 0.4), safe: [200] },
    why: 'a hash and a session each, the bound of 100 after four minutes, and a list of all',
    ...{ attack: hoard, harmless: login },
  },
  {
    ...{ name: 'choose slow passwords', perSecond: rate(0.25, 0.1), safe: [204, 400, 403, 429] },
    why: 'a hash each, and a thread for what takes longest to judge',
    ...{ attack: choosePasswords, harmless: weakPassword },
  },
  {
    ...{ name: 'revoke each token', perSecond: rate(1, 3), safe: [200, 401, 429] },
    why: 'two requests each, and entries in the list of revocations as far as they are let',
    ...{ attack: revokeEachToken, harmless: refreshAndProfile },
  },
  {
    ...{ name: 'present old refresh tokens', perSecond: rate(1, 1), safe: [401] },
    why: 'a row of the database each, now and then a login',
    ...{ attack: presentOldTokens, harmless: profile },
  },
  {
    ...{ name: 'stray with the token of an app', perSecond: rate(1, 3), safe: [401, 403] },
    why: 'a verification each',
    ...{ attack: strayWithAppToken, harmless: profile },
  },
  {
    ...{ name: 'stray with a narrowed token', perSecond: rate(1, 2), safe: [401, 403] },
    why: 'a verification each',
    ...{ attack: strayWithNarrowedToken, harmless: profile },
  },
  {
    ...{ name: 'forge tokens', perSecond: rate(1, 3), safe: [400, 401, 431] },
    why: 'no more than a look at the token',
    ...{ attack: forge, harmless: keySet },
  },
  {
    ...{ name: 'post from pages of other sites', perSecond: rate(2, 5), safe: [403] },
    why: 'from the addresses of honest users: a look at the head',
    ...{ attack: postFromVisitors, harmless: keySet },
  },
  {
    ...{ name: 'ride on cookies', perSecond: rate(1, 2), safe: [401, 403] },
    why: 'a verification each, a login to the console every half minute',
    ...{ attack: rideCookies, harmless: profile },
  },
  {
    ...{
      name: 'send malformed requests',
      perSecond: rate(2, 4),
      safe: [400, 401, 403, 404, 408, 413, 415, 421, 431],
    },
    why: 'a connection each',
    ...{ attack: sendMalformed, harmless: health },
  },
  {
    ...{ name: 'leave connections half open', perSecond: rate(2, 3), safe: [] },
    why: 'each is held until the service closes it after 8 s: 24 at a time',
    ...{ attack: leaveHalfOpen, harmless: health },
  },
  {
    ...{ name: 'drip bodies', perSecond: rate(1, 1), safe: [] },
    why: 'each is held until the service closes it after 8 s: 8 at a time',
    ...{ attack: drip, harmless: health },
  },
]
