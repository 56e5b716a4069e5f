import './setup/node-version.mjs'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { hosts } from './hosting/table.mjs'
import { tryHost } from './hosting/try-host.mjs'
import { build } from './setup/build.mjs'
import { install } from './setup/install.mjs'
import { pack } from './setup/pack.mjs'
import { root } from './setup/paths.mjs'
import { installRuntimes } from './setup/runtimes.mjs'

// `npm run test:hosts [-- NAME…]`: the packed tarball installed beside each version of a framework or client that an
// application may have already, or beside those whose names begin so; then used. Keeps its log in test/results/.
const asked = process.argv.slice(2)
const chosen = hosts.filter(
  ({ packages: [name = ''] }) => asked.length === 0 || asked.some((each) => name.startsWith(each)),
)
const problem = (await install(['test'])) ?? (await build())
if (problem !== undefined || chosen.length === 0) {
  console.error(
    problem ?? `none of the table of tools/hosting/table.mjs begins with ${asked.join(', ')}`,
  )
  process.exit(1)
}
const folder = mkdtempSync(join(tmpdir(), 'jotgate-hosts-'))
const majors = [...new Set(chosen.flatMap(({ node }) => node ?? []))]
const runtimes = majors.length === 0 ? {} : await installRuntimes(majors)
// Not a part of the program that the compiler checks here: it belongs to the benchmark.
const { loadServers } = await import(`${root}/bench/suites/sessions/servers.mjs`)
const { startRedis } = await loadServers()
const redis = await startRedis()
const lines = []
let failed = 0
try {
  const { tarball } = await pack(folder)
  for (const [index, host] of chosen.entries()) {
    const node = (host.node !== undefined && runtimes[host.node]) || [process.execPath]
    const env = { PATH: process.env['PATH'], REDIS_URL: redis.url }
    const tried = await tryHost(host, { folder: join(folder, String(index)), tarball, node, env })
    if (tried.problem !== undefined) failed++
    const on = `Node ${host.node ?? process.versions.node}`
    const line = `${tried.problem === undefined ? '✓' : '✗'} ${tried.name.padEnd(28)} ${on}: ${tried.problem ?? tried.said}`
    console.log(line)
    lines.push(line.replaceAll(folder, '.').replaceAll(root, '.'))
  }
} finally {
  await redis.stop()
  rmSync(folder, { recursive: true, force: true })
}
lines.push(`${chosen.length - failed} of ${chosen.length} as expected`)
console.log(lines.at(-1))
if (asked.length === 0) {
  const day = new Date().toISOString().slice(0, 10)
  const [major] = process.versions.node.split('.')
  writeFileSync(
    `${root}/test/results/hosts-${day}-node${major}.log`,
    `npm run test:hosts\n\n${lines.join('\n')}\n`,
  )
}
process.exitCode = failed === 0 ? 0 : 1
