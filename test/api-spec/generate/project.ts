import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import ts from 'typescript'
import { generate, type GenerateOptions } from '../../../src/api-spec/generate/generate.js'
import { type ApiSpec } from '../../../src/api-spec/language/spec.js'
import { parseApi, renderDiagnostics } from '../../../src/api-spec/language/parse.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** What to generate, and what a person writes into it. */
export interface Source extends GenerateOptions {
  /** The `.api` file, or what has been read of it. */
  readonly text: string | ApiSpec
  readonly files?: Readonly<Record<string, string>>
}

/** Generated projects on disk, inside the repository so that they find `jotgate` and `fastify` by name. */
export interface Workshop {
  /** What the compiler says in its strictest setting, all projects in one run. */
  compile(): readonly string[]
  /** Writes the programs without looking at their types, which takes a tenth of the time. */
  transpile(): void
  /** Loads a compiled module, such as `users/fastify`. */
  load(name: string): Promise<Record<string, unknown>>
  /** Where a file is, such as `users/page.ts`. */
  path(file: string): string
  remove(): void
}

/** Generates projects from the texts of `.api` files, each into a folder of its name. */
export function createWorkshop(sources: Readonly<Record<string, Source>>): Workshop {
  mkdirSync(join(root, '.cache'), { recursive: true })
  const folder = mkdtempSync(join(root, '.cache/api-'))
  const paths = Object.entries(sources).flatMap(([name, source]) =>
    write(join(folder, name), source),
  )
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  return {
    compile: () => compile(folder, paths),
    transpile: () => {
      for (const path of paths) {
        const { outputText } = ts.transpileModule(readFileSync(path, 'utf8'), {
          compilerOptions: { ...compilerOptions, module: ts.ModuleKind.ESNext },
        })
        writeFileSync(path.replace(/\.ts$/, '.js'), outputText)
      }
    },
    load: async (name) =>
      (await import(/* @vite-ignore */ pathToFileURL(join(folder, `${name}.js`)).href)) as Record<
        string,
        unknown
      >,
    path: (file) => join(folder, file),
    remove: () => {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The `.api` file the tests share. */
export const usersApi = readFileSync(new URL('users.api', import.meta.url), 'utf8')

function write(folder: string, { text, files = {}, ...options }: Source): readonly string[] {
  const generated = Object.fromEntries(
    generate(specOf(text), options).map((file) => [file.path, file.text]),
  )
  return Object.entries({ ...generated, ...files }).map(([path, content]) => {
    const whole = join(folder, path)
    mkdirSync(dirname(whole), { recursive: true })
    writeFileSync(whole, content)
    return whole
  })
}

function specOf(text: string | ApiSpec): ApiSpec {
  if (typeof text !== 'string') return text
  const result = parseApi(text)
  if (!result.ok) throw new Error(renderDiagnostics(result))
  return result.spec
}

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.NodeNext,
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
  skipLibCheck: true,
}

function compile(folder: string, paths: readonly string[]): readonly string[] {
  const program = ts.createProgram(paths, compilerOptions)
  const { diagnostics } = program.emit()
  return [...ts.getPreEmitDiagnostics(program), ...diagnostics].map((diagnostic) => {
    const { file, start = 0, messageText } = diagnostic
    const where = file === undefined ? '' : file.fileName.slice(folder.length + 1)
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1
    return `${where}:${String(line)}: ${ts.flattenDiagnosticMessageText(messageText, '\n').split('\n')[0] ?? ''}`
  })
}
