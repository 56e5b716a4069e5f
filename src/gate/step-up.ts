import { type StepUp } from '../foundation/errors.js'

/**
 * The login that satisfies all of these at once: the smallest age, and the contexts that each of them accepts. Undefined when
 * one of them is undefined, or when no context satisfies all.
 *
 * @example joinStepUps([{ maxAge: 300 }, { maxAge: 60, acrValues: ['gold'] }]) // { maxAge: 60, acrValues: ['gold'] }
 */
export function joinStepUps(all: readonly (StepUp | undefined)[]): StepUp | undefined {
  const [first, ...others] = all
  return others.reduce(join, first)
}

function join(one: StepUp | undefined, other: StepUp | undefined): StepUp | undefined {
  if (one === undefined || other === undefined) return undefined
  const ages = [one.maxAge, other.maxAge].filter((age) => age !== undefined)
  const acrValues = inBoth(one.acrValues, other.acrValues)
  if (acrValues?.length === 0) return undefined
  return {
    ...(ages.length === 0 ? {} : { maxAge: Math.min(...ages) }),
    ...(acrValues === undefined ? {} : { acrValues }),
  }
}

function inBoth(one: StepUp['acrValues'], other: StepUp['acrValues']): StepUp['acrValues'] {
  if (one === undefined || other === undefined) return one ?? other
  return one.filter((each) => other.includes(each))
}
