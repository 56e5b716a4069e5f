import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const options: ts.CompilerOptions = {
  strict: true,
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  types: ['node'],
  skipLibCheck: true,
  noEmitOnError: true,
  // Nest's users have these; the library does not ask for `emitDecoratorMetadata`.
  experimentalDecorators: true,
}

/** A folder for code out of the documents: below test/, so that it finds `jotgate` and frameworks by name. */
export function snippetFolder(name: string): string {
  return fileURLToPath(new URL(`../.cache/${name}/`, import.meta.url))
}

/**
 * Compiles files, by name and code, as a strict reader would; what runs lies beside them. Returns what the compiler
 * has against them; then nothing was emitted.
 */
export function compileSnippets(
  folder: string,
  files: Readonly<Record<string, string>>,
): readonly string[] {
  writeFiles(folder, files)
  const program = ts.createProgram(
    Object.keys(files).map((name) => folder + name),
    options,
  )
  program.emit()
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

/** The same without a look at the types, which takes seconds: for code that another test compiles. Returns nothing. */
export function emitSnippets(
  folder: string,
  files: Readonly<Record<string, string>>,
): readonly string[] {
  writeFiles(folder, files)
  // It looks for no package.json that would say so.
  const compilerOptions = { ...options, module: ts.ModuleKind.ESNext }
  for (const [name, code] of Object.entries(files)) {
    const { outputText } = ts.transpileModule(code, { compilerOptions, fileName: name })
    writeFileSync(folder + name.replace(/ts$/, 'js'), outputText)
  }
  return []
}

function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, code] of Object.entries(files)) writeFileSync(folder + name, code)
}
