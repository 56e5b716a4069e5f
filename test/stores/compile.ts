import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { build } from 'vite'

const root = fileURLToPath(new URL('../..', import.meta.url))
const rooms = [
  ...['core', 'keys', 'sessions', 'revocation', 'stores', 'middleware', 'adapters'],
].map((room) => `src/${room}`)
const sources = [...rooms, 'test/stores/children']

/**
 * Turns the sources that child processes need into JavaScript, in a folder of its own: other processes can not run
 * TypeScript, and what was built before may be old.
 */
export function compileForChildren(): string {
  const folder = mkdtempSync(join(tmpdir(), 'jotgate-children-'))
  for (const source of sources) {
    for (const name of readdirSync(join(root, source), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts')) continue
      const target = join(folder, source, name.replace(/\.ts$/, '.js'))
      mkdirSync(dirname(target), { recursive: true })
      writeFileSync(target, transpile(join(root, source, name)))
    }
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/**
 * Makes one file of a program of `test/stores/children` and all that it imports, in its place: it starts in half the time,
 * which is worth it for a program that is started thousands of times.
 */
export async function bundleChild(folder: string, program: string): Promise<void> {
  const children = join(folder, 'test/stores/children')
  await build({
    configFile: false,
    logLevel: 'silent',
    root: folder,
    build: {
      ssr: join(children, `${program}.js`),
      outDir: children,
      emptyOutDir: false,
      minify: false,
      target: 'node20',
    },
    ssr: { noExternal: true, external: ['libsql', 'pg-native'] },
  })
}

/** Starts a program of `test/stores/children` and waits until it says that it is ready. */
export async function startChild(
  folder: string,
  program: string,
  args: readonly string[],
): Promise<ChildProcess> {
  const child = fork(join(folder, 'test/stores/children', `${program}.js`), args)
  await once(child, 'message')
  return child
}

function transpile(file: string): string {
  const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      verbatimModuleSyntax: true,
    },
  })
  return outputText
}
