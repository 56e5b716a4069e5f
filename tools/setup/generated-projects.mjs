import { existsSync, readFileSync } from 'node:fs'
import { filesBelow } from './files.mjs'
import { root } from './paths.mjs'

/**
 * What in this repository is generated from an `.api` file: the file, the folder it goes to, and how.
 *
 * @typedef {{
 *   api: string,
 *   out: string,
 *   options: import('jotgate/api-spec').GenerateOptions,
 *   openApi?: true,
 * }} Project
 *   `openApi`: with its OpenAPI document as a module, for a service that serves it.
 */

/** @type {readonly Project[]} */
export const projects = [
  {
    api: 'apps/auth-service/user.api',
    out: 'apps/auth-service/src/api/user',
    options: { servers: ['fastify'], client: false, gates: 'own' },
    openApi: true,
  },
  {
    api: 'apps/auth-service/accounts.api',
    out: 'apps/auth-service/src/api/accounts',
    options: { servers: ['fastify'], client: false, gates: 'own' },
    openApi: true,
  },
  {
    api: 'apps/auth-service/accounts.api',
    out: 'apps/console/src/api/accounts',
    options: { servers: [] },
  },
  {
    api: 'apps/auth-service/admin.api',
    out: 'apps/auth-service/src/api/admin',
    options: { servers: ['fastify'], client: false, gates: 'own' },
    openApi: true,
  },
  {
    api: 'apps/auth-service/admin.api',
    out: 'apps/console/src/api/admin',
    options: { servers: [] },
  },
  {
    api: 'apps/auth-service/clients.api',
    out: 'apps/auth-service/src/api/clients',
    options: { servers: ['fastify'], client: false, gates: 'own' },
    openApi: true,
  },
  {
    api: 'apps/auth-service/clients.api',
    out: 'apps/console/src/api/clients',
    options: { servers: [] },
  },
  {
    api: 'apps/auth-service/audit.api',
    out: 'apps/auth-service/src/api/audit',
    options: { servers: ['fastify'], client: false, gates: 'own' },
    openApi: true,
  },
  {
    api: 'apps/auth-service/audit.api',
    out: 'apps/console/src/api/audit',
    options: { servers: [] },
  },
  { api: 'examples/go-zero-user/user.api', out: 'examples/go-zero-user', options: {} },
  { api: 'examples/go-zero-token/jwt.api', out: 'examples/go-zero-token', options: {} },
]

/**
 * The files of one project, by their paths from the root.
 *
 * @param {Project} project
 */
export async function filesOf({ api, out, options, openApi }) {
  // Not before now: a fresh clone has no build until somebody has made one.
  const { generate, parseApi, renderDiagnostics, toOpenApi } = await import('jotgate/api-spec')
  const result = parseApi(readFileSync(`${root}/${api}`, 'utf8'), { file: api })
  if (!result.ok) throw new Error(renderDiagnostics(result))
  const files = [...generate(result.spec, options)]
  if (openApi) files.push(documentFile(toOpenApi(result.spec)))
  return files.map((file) => ({ ...file, path: `${out}/${file.path}` }))
}

/**
 * @param {import('jotgate/api-spec').OpenApiDocument} document
 * @returns {import('jotgate/api-spec').GeneratedFile}
 */
function documentFile(document) {
  const lines = [
    '// The OpenAPI document of the .api file. Generated: changes are lost.',
    "import { type OpenApiDocument } from 'jotgate/api-spec'",
    '',
    `export const openApi: OpenApiDocument = ${JSON.stringify(document)}`,
    '',
  ]
  return { path: 'generated/openapi.ts', text: lines.join('\n'), overwrite: true }
}

/**
 * What of one project is not as its `.api` file says.
 *
 * @param {string} out
 * @param {readonly import('jotgate/api-spec').GeneratedFile[]} files
 */
export function differences(out, files) {
  const paths = new Set(files.map(({ path }) => path))
  const left = filesBelow(`${root}/${out}/generated`, /./, `${out}/generated/`)
  return [
    ...files.flatMap((file) => differenceOf(file) ?? []),
    ...left.filter((path) => !paths.has(path)).map((path) => `${path} is generated no more`),
  ]
}

/** @param {import('jotgate/api-spec').GeneratedFile} file */
function differenceOf({ path, text, overwrite }) {
  if (!existsSync(`${root}/${path}`)) return `${path} is not there`
  if (!overwrite || readFileSync(`${root}/${path}`, 'utf8') === text) return undefined
  return `${path} is not what its .api file says: npm run generate`
}
