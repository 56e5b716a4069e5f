import { readdirSync, readFileSync } from 'node:fs'
import { root } from './paths.mjs'

/**
 * What the functions of `jotgate/api-spec` make of the `.api` files in `test/api-spec/corpus`, as text that people read and
 * that a test compares. Its files are grouped by the first word of their names.
 *
 * @typedef {Pick<typeof import('jotgate/api-spec'), 'ApiSpecError' | 'formatApi' | 'fromOpenApi' | 'generate' | 'parseApi' |
 *   'placeInText' | 'renderAsGoctl' | 'routeGuards' | 'toOpenApi'>} ApiSpecModule
 * @typedef {import('jotgate/api-spec').ApiSpec} ApiSpec
 */

export const corpusFolder = `${root}/test/api-spec/corpus`

/** The names of the files, those that others import apart. */
export function corpusFiles() {
  return readdirSync(corpusFolder)
    .filter((name) => name.endsWith('.api'))
    .sort()
}

/** @param {string} name */
export function corpusText(name) {
  return readFileSync(`${corpusFolder}/${name}`, 'utf8')
}

/**
 * A file of the corpus, read and checked with what it imports.
 *
 * @param {ApiSpecModule} api
 * @param {string} name
 * @param {'dialect' | 'goctl'} [mode]
 */
export function parseCorpus(api, name, mode = 'dialect') {
  return api.parseApi(corpusText(name), { file: name, mode, read: imported })
}

/** @param {string} path */
function imported(path) {
  try {
    return corpusText(path)
  } catch {
    return undefined // the parser says at which import
  }
}

/**
 * The golden results by topic.
 *
 * @param {ApiSpecModule} api
 * @returns {Readonly<Record<string, string>>}
 */
export function corpusResults(api) {
  /** @type {Record<string, string>} */
  const topics = {}
  for (const name of corpusFiles()) {
    const topic = name.slice(0, name.indexOf('-'))
    const lines = resultOf(api, name).map((line) => `  ${line}\n`)
    topics[topic] = `${topics[topic] ?? ''}${name}\n${lines.join('')}\n`
  }
  return topics
}

/**
 * @param {ApiSpecModule} api
 * @param {string} name
 * @returns {readonly string[]}
 */
function resultOf(api, name) {
  const result = parseCorpus(api, name)
  const said = result.diagnostics.map((each) => sayAt({ ...each, within: name }))
  const made = result.ok ? madeOf(api, result) : ['refused']
  return [...made, ...said, formatted(api, name), asGoctl(api, name)]
}

/**
 * @param {{ file: string, within: string, start: { line: number, column: number }, severity: string, message: string, hint?: string }} diagnostic
 */
function sayAt({ file, within, start, severity, message, hint }) {
  const where = `${file === within ? '' : `${file}:`}${start.line}:${start.column}`
  return `${where} ${severity}: ${message}${hint === undefined ? '' : ` (${hint})`}`
}

/**
 * What `generate` and `openapi` make of a file without errors, or where and why they refuse it.
 *
 * @param {ApiSpecModule} api
 * @param {ReturnType<ApiSpecModule['parseApi']> & { readonly ok: true }} result
 * @returns {readonly string[]}
 */
function madeOf(api, { spec, files }) {
  if (spec.service === '') return [`types alone: ${spec.types.map(({ raw }) => raw).join(', ')}`]
  try {
    const made = api.generate(spec, { servers: ['fetch'] })
    const text = (/** @type {string} */ path) =>
      made.find((file) => file.path === `generated/${path}`)?.text ?? ''
    return [
      ...routesOf(api, spec),
      ...declarations(text('service.ts'), /^export interface [^]*?^}/gm),
      ...declarations(
        text('types.ts'),
        /^export (?:interface [^]*?^}|interface .*\{\}$|type .*$)/gm,
      ),
      ...operationsOf(api, spec),
    ]
  } catch (error) {
    if (!(error instanceof api.ApiSpecError)) throw error
    const { message, place } = error
    const at = place === undefined ? undefined : api.placeInText(files, place)
    const start = at?.start ?? { line: 0, column: 0 }
    return ['refused', sayAt({ file: '', within: '', start, severity: 'error', message })]
  }
}

/**
 * @param {ApiSpecModule} api
 * @param {ApiSpec} spec
 */
function routesOf(api, spec) {
  return api.routeGuards(spec).map(({ method, path, guard, secrets, optional }) => {
    const who = guard === null ? 'open' : `${guard}: ${secrets.join(', ')}`
    return `${method} ${path}  ${who}${optional ? ', or no token' : ''}`
  })
}

/**
 * Declarations of generated code, one a line, without their comments.
 *
 * @param {string} text
 * @param {RegExp} pattern
 */
function declarations(text, pattern) {
  const found = text.match(pattern) ?? []
  return found.map((each) =>
    each
      .replaceAll(/\/\*\*[^]*?\*\//g, '')
      .replaceAll(/^export |\breadonly /gm, '')
      .replaceAll(/(?<=[^{\s])\n/g, ',')
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/,(?= ?\})/g, ''),
  )
}

/**
 * The operations of the OpenAPI document, and what is read back of it.
 *
 * @param {ApiSpecModule} api
 * @param {ApiSpec} spec
 */
function operationsOf(api, spec) {
  const document = JSON.parse(JSON.stringify(api.toOpenApi(spec)))
  api
    .fromOpenApi(document)
    .requireRoutes(api.routeGuards(spec).map(({ method, path }) => ({ method, path })))
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) =>
      operationText(`${method} ${path}`, operation),
    ),
  )
}

/**
 * @param {string} call
 * @param {any} operation what JSON.parse gives
 */
function operationText(call, { operationId, security, parameters = [], requestBody, ...more }) {
  const places = parameters.map((/** @type {any} */ each) => `${each.in} ${each.name}`)
  const bodies = Object.keys(requestBody?.content ?? {})
  const extensions = Object.entries(more).filter(([key]) => key.startsWith('x-'))
  return [
    `openapi: ${call}`,
    operationId,
    `security ${JSON.stringify(security)}`,
    ...places,
    ...bodies,
    ...extensions.map(([key, value]) => `${key} ${JSON.stringify(value)}`),
  ].join(', ')
}

/**
 * Formatting twice changes nothing more, and the spec stays the same.
 *
 * @param {ApiSpecModule} api
 * @param {string} name
 */
function formatted(api, name) {
  const first = api.formatApi(corpusText(name), { file: name })
  if (!first.ok) return 'format: cannot be read'
  const again = api.formatApi(first.text, { file: name })
  if (!again.ok || again.text !== first.text) return 'format: NOT IDEMPOTENT'
  const specOf = (/** @type {string} */ text) =>
    JSON.stringify(api.parseApi(text, { file: name, read: imported }).spec)
  const isSame = specOf(first.text) === specOf(corpusText(name))
  return isSame ? 'format: idempotent, the same spec' : 'format: ANOTHER SPEC'
}

/**
 * @param {ApiSpecModule} api
 * @param {string} name
 */
function asGoctl(api, name) {
  const result = parseCorpus(api, name, 'goctl')
  return result.ok ? 'goctl: takes it' : `goctl: ${api.renderAsGoctl(result)}`
}
