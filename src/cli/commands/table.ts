import type { Command } from '../command.js'
import { explain } from './explain.js'
import { inspect } from './inspect.js'
import { jwks } from './jwks.js'
import { keygen } from './keygen.js'
import { sign } from './sign.js'
import { verify } from './verify.js'

/** Every command of `jotgate`, in the order of the help. */
export const commands: readonly Command[] = [keygen, jwks, sign, verify, inspect, explain]
