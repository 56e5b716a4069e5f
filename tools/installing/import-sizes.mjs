import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { root } from '../setup/paths.mjs'

/** @typedef {{ readonly subpath: string, readonly minified: number, readonly gzipped: number }} ImportSize sizes in bytes */

const page = join(root, 'docs/package.md')
/** A compiler of another version makes a little more or less of it. */
const slack = 1.05

/**
 * What an import of everything behind each subpath adds to a program: bundled, minified, other packages left out.
 *
 * @param {string} project has the package installed
 * @param {readonly string[]} subpaths
 * @returns {Promise<readonly ImportSize[]>}
 */
export async function importSizes(project, subpaths) {
  const sizes = []
  for (const subpath of subpaths) {
    const entry = join(project, 'one.mjs')
    writeFileSync(entry, `export * from '${subpath}'\n`)
    const built = await build({
      configFile: false,
      logLevel: 'silent',
      root: project,
      build: { ssr: entry, write: false, minify: true, target: 'node20' },
      ssr: { noExternal: [/^jotgate/] },
    })
    const outputs = Array.isArray(built) ? built : [built]
    const code = outputs
      .flatMap((each) => ('output' in each ? each.output : []))
      .map((chunk) => ('code' in chunk ? chunk.code : ''))
      .join('')
    if (code === '') throw new Error(`${subpath} could not be bundled`)
    const minified = Buffer.byteLength(code)
    sizes.push({ subpath, minified, gzipped: gzipSync(code).length })
  }
  return sizes
}

/**
 * How the sizes differ from those on the page: more than a little, or not there.
 *
 * @param {readonly ImportSize[]} sizes
 */
export function importSizeProblems(sizes) {
  const said = existsSync(page) ? readTable(readFileSync(page, 'utf8')) : new Map()
  const problems = sizes.flatMap((size) => {
    const known = said.get(size.subpath)
    const now = kilobytes(size.gzipped)
    if (known === undefined) return [`docs/package.md does not say what ${size.subpath} costs`]
    const isNear = now <= known * slack + 0.1 && known <= now * slack + 0.1
    return isNear ? [] : [`docs/package.md: ${size.subpath} costs ${now} kB, not ${known}`]
  })
  const gone = [...said.keys()].filter((name) => !sizes.some(({ subpath }) => subpath === name))
  return [
    ...problems,
    ...gone.map((name) => `docs/package.md: there is no ${name}`),
    ...(problems.length > 0 ? [`as it should be: ${tableOf(sizes)}`] : []),
  ]
}

/**
 * The rows of the page's table: subpath, minified and gzipped kilobytes.
 *
 * @param {string} text
 * @returns {Map<string, number>} gzipped, by subpath
 */
function readTable(text) {
  const rows = text.matchAll(/^\| `(jotgate[^`]*)` +\| +[\d.]+ +\| +([\d.]+) +\|$/gm)
  return new Map([...rows].map(([, subpath = '', gzipped]) => [subpath, Number(gzipped)]))
}

/** @param {readonly ImportSize[]} sizes */
function tableOf(sizes) {
  return sizes
    .map(({ subpath, minified, gzipped }) => {
      return `\n| \`${subpath}\` | ${kilobytes(minified).toFixed(1)} | ${kilobytes(gzipped).toFixed(1)} |`
    })
    .join('')
}

/** @param {number} bytes */
function kilobytes(bytes) {
  return Math.round(bytes / 100) / 10
}
