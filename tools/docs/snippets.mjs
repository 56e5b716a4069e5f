import { dirname, posix } from 'node:path'
import ts from 'typescript'
import { root } from '../setup/paths.mjs'

/** @typedef {import('./page.mjs').Page} Page */
/** @typedef {{ path: string, from: Page, lines: readonly number[], code: string }} Snippet */

/** The languages that are compiled, and what their files are called. */
const extensions = Object.entries({
  ts: 'ts',
  tsx: 'tsx',
  js: 'js',
  jsx: 'jsx',
  mts: 'mts',
  mjs: 'mjs',
})

/** Why a block may be no code of ours: `fragment=REASON`. Short, and it stays short. */
export const reasons = ['not-installed', 'signature', 'wrong-on-purpose']

/** @type {Map<string, ts.SourceFile | undefined>} Those of packages, which every program reads. */
const parsed = new Map()

/**
 * The modules that the code blocks of a page are. A block is a module of its own; one marked `continued` goes on with
 * the block before it; one with `file=src/app.ts` is called that, and others of the page can import it.
 *
 * @param {Page} page
 * @returns {{ snippets: readonly Snippet[], fragments: readonly string[], problems: readonly string[] }}
 */
export function snippetsOf(page) {
  /** @type {(Snippet & { lines: number[] })[]} */
  const snippets = []
  const fragments = []
  const problems = []
  for (const { language, info, code, line } of page.blocks) {
    const extension = extensions.find(([name]) => name === language)?.[1]
    if (extension === undefined) continue
    const at = `${page.path}:${line}`
    const unknown = info.filter((word) => !/^(continued|file=[\w./-]+|fragment=[\w-]+)$/.test(word))
    const [fragment] = info.flatMap((word) => /^fragment=(.*)$/.exec(word)?.[1] ?? [])
    const [file] = info.flatMap((word) => /^file=(.*)$/.exec(word)?.[1] ?? [])
    const last = snippets.at(-1)
    if (unknown.length > 0) problems.push(`${at} says ${unknown.join(' ')}, which means nothing`)
    if (/@ts-(nocheck|ignore|expect-error)/.test(code)) problems.push(`${at} silences the compiler`)
    if (fragment !== undefined) {
      fragments.push(fragment)
      if (!reasons.includes(fragment))
        problems.push(`${at}: ${fragment} is no reason for a fragment`)
    } else if (info.includes('continued') && last) {
      last.code += '\n' + code
      last.lines.push(line - 1, ...linesFrom(line, code))
    } else if (info.includes('continued'))
      problems.push(`${at} goes on with a block that is not there`)
    else {
      const name = file ?? `block-${snippets.length + 1}.${extension}`
      // Below test/, where the packages lie that only pages and tests import.
      const path = `${root}/test/.cache/docs/${page.path}/${name}`
      snippets.push({ path, from: page, code, lines: linesFrom(line, code) })
    }
  }
  return { snippets, fragments, problems }
}

/**
 * The page's line for each line of the code.
 *
 * @param {number} first
 * @param {string} code
 */
function linesFrom(first, code) {
  return code
    .split('\n')
    .map((_, at) => first + at)
    .slice(0, -1)
}

/**
 * What the compiler has against the snippets, under the options of the tests and against the built package.
 *
 * @param {readonly Snippet[]} snippets none of which changes types for others; see {@link programs}
 * @returns {readonly string[]} lines `PAGE:LINE TSnnnn: message`
 */
export function compile(snippets) {
  const options = compilerOptions()
  const byPath = new Map(snippets.map((snippet) => [snippet.path, snippet]))
  const program = ts.createProgram([...byPath.keys()], options, hostOf(byPath, options))
  const found = [
    ...program.getConfigFileParsingDiagnostics(),
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...[...byPath.keys()].flatMap((path) => {
      const file = program.getSourceFile(path)
      if (!file) throw new Error(`the compiler did not read ${path}`)
      return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
    }),
  ]
  return found.map((diagnostic) => describe(diagnostic, byPath))
}

/**
 * Snippets that can be compiled together: all of a page at least, and no other page's where one declares what holds
 * everywhere.
 *
 * @param {readonly Snippet[]} snippets
 * @returns {readonly (readonly Snippet[])[]}
 */
export function programs(snippets) {
  const pages = [...new Set(snippets.map(({ from }) => from))].map((page) =>
    snippets.filter(({ from }) => from === page),
  )
  /** @param {readonly Snippet[]} page */
  const declares = (page) => page.some(({ code }) => /\bdeclare (module|global)\b/.test(code))
  const together = pages.filter((page) => !declares(page)).flat()
  return [together, ...pages.filter(declares)].filter((each) => each.length > 0)
}

function compilerOptions() {
  const path = `${root}/test/tsconfig.json`
  const { config } = ts.readConfigFile(path, (file) => ts.sys.readFile(file))
  const { options } = ts.parseJsonConfigFileContent(
    { ...config, include: [] },
    ts.sys,
    dirname(path),
  )
  return {
    ...options,
    noEmit: true,
    moduleDetection: ts.ModuleDetectionKind.Force,
    // The client runs in browsers, whose types the tests do not have.
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    jsx: ts.JsxEmit.ReactJSX,
    // A page may show how a thing is made without using it.
    noUnusedLocals: false,
    noUnusedParameters: false,
  }
}

/**
 * Reads snippets out of memory, and everything else once.
 *
 * @param {ReadonlyMap<string, Snippet>} byPath
 * @param {ts.CompilerOptions} options
 * @returns {ts.CompilerHost}
 */
function hostOf(byPath, options) {
  const host = ts.createCompilerHost(options)
  const folders = new Set([...byPath.keys()].flatMap(foldersOf))
  return {
    ...host,
    fileExists: (path) => byPath.has(path) || host.fileExists(path),
    readFile: (path) => byPath.get(path)?.code ?? host.readFile(path),
    directoryExists: (path) => folders.has(path) || (host.directoryExists?.(path) ?? true),
    getSourceFile: (path, target) => {
      const code = byPath.get(path)?.code
      if (code !== undefined) return ts.createSourceFile(path, code, target, true)
      if (!parsed.has(path)) parsed.set(path, host.getSourceFile(path, target))
      return parsed.get(path)
    },
  }
}

/** @param {string} path */
function foldersOf(path) {
  const folders = []
  for (let folder = posix.dirname(path); folder !== root; folder = posix.dirname(folder))
    folders.push(folder)
  return folders
}

/**
 * @param {ts.Diagnostic} diagnostic
 * @param {ReadonlyMap<string, Snippet>} byPath
 */
function describe({ file, start = 0, code, messageText }, byPath) {
  const [message = ''] = ts.flattenDiagnosticMessageText(messageText, '\n').split('\n')
  const snippet = file && byPath.get(file.fileName)
  if (!file || !snippet) return `TS${code}: ${message}`
  const line = snippet.lines[file.getLineAndCharacterOfPosition(start).line]
  return `${snippet.from.path}:${line} TS${code}: ${message}`
}
