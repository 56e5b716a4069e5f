import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A program of `test/stores/children`. */
export type ChildProgram =
  | 'deliverer'
  | 'either-release'
  | 'frozen'
  | 'guarded-service'
  | 'no-listener'
  | 'racer'
  | 'refresher'
  | 'release'
  | 'rotator'
  | 'writer'

/**
 * Turns programs of `test/stores/children` into JavaScript, in a folder of its own: other processes cannot run TypeScript,
 * and what was built before may be old. Each is one file with all that it imports, but for what it imports when it runs:
 * it starts in half the time, which is worth it for programs that are started hundreds of times.
 *
 * @example const folder = await compileForChildren('racer', 'writer')
 */
export async function compileForChildren(...programs: readonly ChildProgram[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'jotgate-children-'))
  await build({
    configFile: false,
    logLevel: 'error',
    root,
    publicDir: false,
    build: {
      ssr: true,
      outDir: folder,
      minify: false,
      target: 'node20',
      rolldownOptions: {
        input: Object.fromEntries(
          programs.map((program) => [program, join(root, 'test/stores/children', `${program}.ts`)]),
        ),
        output: { entryFileNames: '[name].js' },
      },
    },
    // Those have programs of the machine in them.
    ssr: { noExternal: true, external: ['libsql', 'pg-native'] },
  })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** Starts a program that was compiled into a folder and waits until it says that it is ready. */
export async function startChild(
  folder: string,
  program: ChildProgram,
  args: readonly string[],
): Promise<ChildProcess> {
  // What a child writes is for its own client, and holds tokens: not for the log of the tests.
  const child = fork(join(folder, `${program}.js`), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  await once(child, 'message')
  return child
}
