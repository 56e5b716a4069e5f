import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const sources = ['src/core', 'src/keys', 'src/stores/keys', 'test/keys/ring']

/** Puts the sources as JavaScript into a folder: a child process can not run TypeScript on every Node. */
export function compileInto(folder: string): void {
  for (const source of sources) {
    cpSync(join(root, source), join(folder, source), { recursive: true })
    for (const name of readdirSync(join(folder, source), { recursive: true, encoding: 'utf8' })) {
      if (name.endsWith('.ts')) compileFile(join(folder, source, name))
    }
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
}

/** Starts a compiled rotator and waits until it has its ring. */
export async function startRotator(folder: string, args: readonly string[]): Promise<ChildProcess> {
  const child = fork(join(folder, 'test/keys/ring/children/rotator.js'), args)
  await once(child, 'message')
  return child
}

function compileFile(path: string): void {
  const { outputText } = ts.transpileModule(readFileSync(path, 'utf8'), {
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2023,
      verbatimModuleSyntax: true,
    },
  })
  writeFileSync(path, outputText)
  renameSync(path, path.replace(/\.ts$/, '.js'))
}
