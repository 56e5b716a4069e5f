/** @import { Contender } from '../../measure.mjs' */
/** @import { SigningLibrary, VerifyingLibrary } from './contenders.mjs' */
/** @import { Material } from './material.mjs' */
/** @import { Tokens } from './tokens.mjs' */

// A loop of its own for each way of being called: one loop for all would make every call in it a slow one, and
// awaiting what is no promise would charge the synchronous ones for nothing.

/**
 * Verifies good tokens one after the other.
 *
 * @param {VerifyingLibrary} library
 * @param {Tokens} tokens
 * @returns {Contender}
 */
export function verifyLoop({ name, isAsync, verify, exp }, tokens) {
  let next = 0
  const sync = (/** @type {number} */ count) => {
    let right = 0
    for (let i = 0; i < count; i++) if (Number(exp(verify(tokens.at(next++)))) > 0) right++
    return right
  }
  const async = async (/** @type {number} */ count) => {
    let right = 0
    for (let i = 0; i < count; i++) if (Number(exp(await verify(tokens.at(next++)))) > 0) right++
    return right
  }
  return { name, run: isAsync ? async : sync }
}

/**
 * Refuses tokens with a bad signature.
 *
 * @param {VerifyingLibrary} library
 * @param {Tokens} tokens
 * @returns {Contender}
 */
export function refuseLoop({ name, isAsync, verify }, tokens) {
  let next = 0
  const sync = (/** @type {number} */ count) => {
    let right = 0
    for (let i = 0; i < count; i++) {
      try {
        verify(tokens.badAt(next++))
      } catch {
        right++
      }
    }
    return right
  }
  const async = async (/** @type {number} */ count) => {
    let right = 0
    for (let i = 0; i < count; i++) {
      try {
        await verify(tokens.badAt(next++))
      } catch {
        right++
      }
    }
    return right
  }
  return { name, run: isAsync ? async : sync }
}

/**
 * Signs one token after the other.
 *
 * @param {SigningLibrary} library
 * @returns {Contender}
 */
export function signLoop({ name, isAsync, make }) {
  const sync = (/** @type {number} */ count) => {
    let right = 0
    for (let i = 0; i < count; i++) if (String(make()).length > 100) right++
    return right
  }
  const async = async (/** @type {number} */ count) => {
    let right = 0
    for (let i = 0; i < count; i++) if (String(await make()).length > 100) right++
    return right
  }
  return { name, run: isAsync ? async : sync }
}

/**
 * The bare signature check, on bytes that lie ready.
 *
 * @param {string} name
 * @param {Material} material
 * @param {Tokens} tokens
 * @returns {Contender}
 */
export function bareVerifyLoop(name, { verify }, { inputs, signatures, count: length }) {
  let next = 0
  const run = (/** @type {number} */ count) => {
    let right = 0
    for (let i = 0; i < count; i++) {
      const place = next++ % length
      const [data, signature] = [inputs[place], signatures[place]]
      if (data && signature && verify(data, signature)) right++
    }
    return right
  }
  return { name, run }
}

/**
 * The bare signature, of bytes that lie ready.
 *
 * @param {string} name
 * @param {Material} material
 * @param {Tokens} tokens
 * @returns {Contender}
 */
export function bareSignLoop(name, { sign }, { inputs, count: length }) {
  let next = 0
  const run = (/** @type {number} */ count) => {
    let right = 0
    for (let i = 0; i < count; i++) {
      const data = inputs[next++ % length]
      if (data && sign(data).length > 0) right++
    }
    return right
  }
  return { name, run }
}
