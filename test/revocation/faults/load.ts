import { hmacKey } from '../../../src/key/index.js'
import { createSigner, decodeToken, type Signer } from '../../../src/token/index.js'
import { seeded } from '../../setup/random.js'
import { clockMs, type RevokeAttempt, type Target, type TokenFacts, type Use } from './history.js'
import type { Node } from './fleet.js'

/** Options of {@link startLoad}. */
export interface LoadOptions {
  /** The running processes; the array may grow. */
  readonly nodes: readonly Node[]
  /** In hexadecimal digits. */
  readonly secret: string
  readonly issuer: string
  readonly seed: number
  /** Milliseconds between two rounds. Each round sends three requests to every process and one revocation. */
  readonly roundMs: number
}

/** Simulated users who log in, send requests and are revoked at random, with a record of everything. */
export interface Load {
  readonly tokens: readonly TokenFacts[]
  readonly revokes: readonly RevokeAttempt[]
  readonly uses: readonly Use[]
  /** Stops, and waits for pending requests. */
  stop(): Promise<void>
  /** Presents every token that was to be revoked, and some others, to every process. */
  sweep(): Promise<void>
}

interface Issued {
  readonly number: number
  readonly text: string
  readonly facts: TokenFacts
}

/** A session or a client that was to be revoked. */
interface ShutOut {
  readonly sid?: string
  readonly client?: string
}

/** Number of tokens in use that are not revoked. */
const wanted = 100
/** Pending requests from which on no round starts, so that a busy machine is not overloaded. */
const most = 60
/** The newest revoked tokens, which are presented more often. */
const recent = 20

/** @example const load = startLoad({ nodes, secret, issuer, seed: 1, roundMs: 20 }) */
export function startLoad(options: LoadOptions): Load {
  const load = new RandomLoad(options)
  load.start()
  return load
}

class RandomLoad implements Load {
  readonly #options: LoadOptions
  readonly #sign: Signer
  readonly #random: () => number
  readonly #pending = new Set<Promise<unknown>>()
  #count = 0
  /** Tokens that were never to be revoked. */
  #good: Issued[] = []
  readonly #revoked: Issued[] = []
  readonly #shutOut: ShutOut[] = []
  #timer: NodeJS.Timeout | undefined
  readonly tokens: TokenFacts[] = []
  readonly revokes: RevokeAttempt[] = []
  readonly uses: Use[] = []

  constructor(options: LoadOptions) {
    const { secret, issuer, seed } = options
    const key = hmacKey(Buffer.from(secret, 'hex'), 'HS256')
    this.#options = options
    this.#sign = createSigner({
      key,
      issuer,
      audience: null,
      expiresIn: '15m',
      replaceable: ['jti'],
    })
    this.#random = seeded(seed)
  }

  start(): void {
    this.#timer = setInterval(() => {
      if (this.#pending.size < most) this.#keep(this.#round())
    }, this.#options.roundMs)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all(this.#pending)
  }

  async sweep(): Promise<void> {
    const some = [...this.#good.slice(0, wanted), ...this.#revoked]
    const lanes = Array.from({ length: 4 }, (_, lane) => some.filter((_, i) => i % 4 === lane))
    await Promise.all(
      this.#options.nodes.flatMap((node) =>
        lanes.map(async (lane) => {
          for (const token of lane) await this.#use(node, token, true)
        }),
      ),
    )
  }

  #keep(work: Promise<unknown>): void {
    const kept = work.finally(() => this.#pending.delete(kept))
    this.#pending.add(kept)
  }

  async #round(): Promise<void> {
    // A revoked session or client goes on trying, with a token issued after its revocation.
    const shut = this.#pick(this.#shutOut)
    if (shut !== undefined && this.#random() < 0.2) await this.#issue(shut)
    for (let i = 0; i < 2 && this.#good.length < wanted; i++) await this.#issue()
    for (const node of this.#options.nodes) {
      const chosen = [this.#good, this.#revoked, this.#revoked.slice(-recent)].map((from) =>
        this.#pick(from),
      )
      for (const token of chosen) if (token) this.#keep(this.#use(node, token, false))
    }
    if (this.#good.length >= wanted / 2) this.#keep(this.#revoke())
  }

  async #issue(given: ShutOut = {}): Promise<void> {
    const count = this.#count++
    const nameOf = (kind: string, each: number) => `${kind}-${String(Math.floor(count / each))}`
    const { sid = nameOf('session', 2), client = nameOf('client', 16) } = given
    const named = { jti: nameOf('token', 1), sid, sub: nameOf('user', 4) }
    const text = await this.#sign({ ...named, client_id: client })
    const facts = { ...named, client, iat: Number(decodeToken(text).unverifiedClaims.iat) }
    const issued = { number: this.tokens.push(facts) - 1, text, facts }
    const pool = sid === given.sid || client === given.client ? this.#revoked : this.#good
    pool.push(issued)
  }

  async #use(node: Node, token: Issued, last: boolean): Promise<void> {
    const began = clockMs()
    const { status, retryAfter } = await node.ask('/', { token: token.text })
    const ended = clockMs()
    this.uses.push({ node: node.name, token: token.number, began, ended, status, retryAfter, last })
  }

  async #revoke(): Promise<void> {
    const node = this.#pick(this.#options.nodes)
    const token = this.#pick(this.#good)
    if (node === undefined || token === undefined) return
    const target = this.#targetFor(token.facts)
    this.#good = this.#good.filter((each) => {
      if (!isTargetOf(target, each.facts)) return true
      this.#revoked.push(each)
      return false
    })
    if (target.kind === 'sid' || target.kind === 'client')
      this.#shutOut.push({ [target.kind]: target.value })
    const asked = clockMs()
    const { status } = await node.ask('/revoke', { body: requestFor(target) })
    this.revokes.push({ node: node.name, target, asked, answered: clockMs(), status })
  }

  #targetFor({ jti, sid, sub, client }: TokenFacts): Target {
    const chance = this.#random()
    if (chance < 0.5) return { kind: 'jti', value: jti }
    if (chance < 0.75) return { kind: 'sid', value: sid }
    if (chance < 0.95) return { kind: 'client', value: client }
    return { kind: 'sub', value: sub, before: Math.floor(Date.now() / 1000) }
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.#random() * from.length)]
  }
}

function isTargetOf(target: Target, { iat, ...names }: TokenFacts): boolean {
  return names[target.kind] === target.value && (target.kind !== 'sub' || iat <= target.before)
}

function requestFor(target: Target): object {
  if (target.kind === 'sub') return { subject: target.value, before: target.before }
  return { [target.kind]: target.value }
}
