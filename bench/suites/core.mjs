import { barOf, floor } from '../bars.mjs'
import { measure } from '../measure.mjs'
import { signingLibraries, verifyingLibraries } from './core/contenders.mjs'
import { bareSignLoop, bareVerifyLoop, refuseLoop, signLoop, verifyLoop } from './core/loops.mjs'
import { algorithms, barred, makeMaterial } from './core/material.mjs'
import { makeTokens } from './core/tokens.mjs'

/** @import { Contender, Effort } from '../measure.mjs' */
/** @import { Context, Measurement } from '../suite.mjs' */
/** @import { Material } from './core/material.mjs' */
/** @import { Tokens } from './core/tokens.mjs' */

const hotSet = 512

/**
 * Sign and verify, by algorithm: against the bare signature check and the other libraries.
 *
 * @param {Context} context
 * @returns {Promise<readonly Measurement[]>}
 */
export async function run(context) {
  const measurements = []
  for (const alg of context.quick ? barred : algorithms) {
    const material = makeMaterial(alg)
    if (!material) continue
    for (const { name, note, contenders, effort } of await planOf(material, context)) {
      context.progress(name)
      measurements.push({ suite: 'core', name, note, times: await measure(contenders, effort) })
    }
  }
  return measurements
}

/** @typedef {{ name: string, note: string, contenders: readonly Contender[], effort: Effort }} Plan */

/**
 * @param {Material} material
 * @param {Context} context
 * @returns {Promise<readonly Plan[]>}
 */
async function planOf(material, { quick, effort, tokens: most }) {
  const { alg } = material
  const important = barred.includes(alg)
  const count = important ? most : Math.ceil(most / 10)
  const tokens = makeTokens(material, count)
  const own = important ? effort : { ...effort, rounds: Math.ceil(effort.rounds / 2) }
  const plans = await basicPlans(material, tokens)
  if (important && (alg === 'HS256' || !quick)) plans.push(...(await hotPlans(material)))
  const chosen = quick ? plans.map(shorten) : plans
  return chosen
    .filter(({ contenders }) => contenders.length > 1)
    .map((plan) => ({ ...plan, effort: own }))
}

/**
 * What a quick run measures: what bars speak of, and that refusing is not slow.
 *
 * @param {Omit<Plan, 'effort'>} plan
 */
function shorten({ name, note, contenders }) {
  const isBarred = (/** @type {Contender} */ each) =>
    each.name === 'jotgate' || barOf(name, each.name) !== undefined
  const isRefusal = name === 'refuse HS256'
  const kept = contenders.filter((each) => isBarred(each) || (isRefusal && each.name === floor))
  return { name, note, contenders: kept }
}

/**
 * @param {Material} material
 * @param {Tokens} tokens
 */
async function basicPlans(material, tokens) {
  const { alg } = material
  const libraries = await verifyingLibraries(material)
  const signers = await signingLibraries(material)
  const bare = () => bareVerifyLoop(floor, material, tokens)
  return [
    {
      name: `verify ${alg}`,
      note: `${String(tokens.count)} different tokens, no cache`,
      contenders: [bare(), ...libraries.map((library) => verifyLoop(library, tokens))],
    },
    {
      name: `sign ${alg}`,
      note: 'iss, aud, iat, exp and jti added',
      contenders: [bareSignLoop(floor, material, tokens), ...signers.map(signLoop)],
    },
    {
      name: `refuse ${alg}`,
      note: 'one letter of the signature changed',
      contenders: barred.includes(alg)
        ? [bare(), ...libraries.map((library) => refuseLoop(library, tokens))]
        : [],
    },
  ]
}

/** @param {Material} material */
async function hotPlans(material) {
  const tokens = makeTokens(material, hotSet)
  const [without, having] = [
    await verifyingLibraries(material),
    await verifyingLibraries(material, { cache: true }),
  ]
  const bare = () => bareVerifyLoop(floor, material, tokens)
  return [
    {
      name: `verify ${material.alg}, hot set`,
      note: `${String(hotSet)} tokens again and again, no cache`,
      contenders: [bare(), ...without.map((library) => verifyLoop(library, tokens))],
    },
    {
      name: `verify ${material.alg}, cache hit`,
      note: `${String(hotSet)} tokens again and again, from the cache of verified tokens`,
      contenders: [bare(), ...having.map((library) => verifyLoop(library, tokens))],
    },
  ]
}
