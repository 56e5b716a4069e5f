import { rmSync } from 'node:fs'
import process from 'node:process'
import { importSizeProblems, importSizes } from '../installing/import-sizes.mjs'
import { makeProjects } from '../installing/project.mjs'
import { subpaths, tryAlone, trySubpaths, tryTypes, writeImports } from '../installing/try.mjs'

/**
 * The packed tarball in an empty project: used by `import` and by `require`, compiled for Node and for bundlers, every
 * subpath imported beside its framework; and what an import of each costs is what docs/package.md says. `npm run
 * test:nodes` does the same under other versions of Node.
 *
 * @type {import('../setup/check.mjs').Check}
 */
export async function installed() {
  const { folder, alone, newest, withPeers } = await makeProjects()
  try {
    /** @type {import('../setup/runtimes.mjs').Runtime} */
    const node = [process.execPath]
    const outcomes = [
      await tryAlone(alone, node),
      await trySubpaths(withPeers, node),
      await tryTypes(alone, ['use.ts', 'keys.ts', 'use.cts'], { skipLibCheck: false }),
      await tryTypes(newest, ['use.ts', 'keys.ts'], { skipLibCheck: false }),
      // Frameworks' own types may be at odds with each other.
      await tryTypes(withPeers, [writeImports(withPeers)], { skipLibCheck: true }),
    ]
    const sizes = await importSizes(withPeers, subpaths)
    return {
      saw: {
        'programs and projects': outcomes.reduce((sum, { tried }) => sum + tried, 0),
        subpaths: subpaths.length,
        sizes: sizes.length,
      },
      problems: [...outcomes.flatMap(({ problems }) => problems), ...importSizeProblems(sizes)],
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
