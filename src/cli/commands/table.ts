import type { Command } from '../command.js'
import { apiCheck } from './api-check.js'
import { apiFormat } from './api-format.js'
import { apiGenerate } from './api-generate.js'
import { apiOpenapi } from './api-openapi.js'
import { apiParse } from './api-parse.js'
import { explain } from './explain.js'
import { inspect } from './inspect.js'
import { jwks } from './jwks.js'
import { keygen } from './keygen.js'
import { revoke } from './revoke.js'
import { sign } from './sign.js'
import { verify } from './verify.js'

/** Every command of `jotgate`, in the order of the help. */
export const commands: readonly Command[] = [
  keygen,
  jwks,
  sign,
  verify,
  inspect,
  explain,
  revoke,
  apiParse,
  apiCheck,
  apiFormat,
  apiGenerate,
  apiOpenapi,
]
