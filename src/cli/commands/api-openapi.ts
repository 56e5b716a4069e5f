import { toOpenApi } from '../../api-spec/index.js'
import { madeOf, modeOption, readProject, refuseGoctl } from '../api-project.js'
import type { Arguments } from '../arguments.js'
import type { Answer, Command } from '../command.js'
import type { Io } from '../io.js'

/** Prints an `.api` file as OpenAPI. */
export const apiOpenapi: Command = {
  name: 'api openapi',
  summary: 'print an .api file as an OpenAPI 3.1 document',
  usage: 'FILE|-',
  options: { mode: { ...modeOption.mode, help: 'dialect only' } },
  operands: [1, 1],
  examples: ['jotgate api openapi user.api > openapi.json'],
  run: runOpenapi,
}

async function runOpenapi(given: Arguments, io: Io): Promise<Answer> {
  refuseGoctl(given)
  const project = await readProject(given.operands[0] ?? '', { io })
  return madeOf(project, (spec) => {
    const document = toOpenApi(spec)
    return { text: JSON.stringify(document, null, 2), json: document }
  })
}
