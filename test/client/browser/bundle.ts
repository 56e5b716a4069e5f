import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** A program as Vite bundles it for browsers. */
export interface Bundle {
  readonly code: string
  readonly gzipBytes: number
  /** What went into it, as paths within the repository. */
  readonly modules: readonly string[]
  /** What it would import when it runs. */
  readonly imports: readonly string[]
}

/** Bundles one file, minified. */
export async function bundle(entry: string): Promise<Bundle> {
  const outputs = await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    build: {
      write: false,
      target: 'es2023',
      lib: { entry, formats: ['es'], fileName: 'page' },
    },
  })
  const [output] = [outputs].flat()
  if (output === undefined || !('output' in output)) throw new Error('Vite gave no bundle')
  const [chunk, ...others] = output.output
  if (others.length > 0) throw new Error('Vite gave more than one file')
  return {
    code: chunk.code,
    gzipBytes: gzipSync(chunk.code).byteLength,
    modules: Object.keys(chunk.modules).map((file) => relative(root, file)),
    imports: [...chunk.imports, ...chunk.dynamicImports],
  }
}
