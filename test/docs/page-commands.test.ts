import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pack } from '../../tools/setup/pack.mjs'
import { compareAnswers } from '../setup/page-answers.js'
import { readSteps, type Step } from '../setup/page-steps.js'
import { takeSteps } from '../setup/page-terminal.js'
import { freePort, makeFolder } from '../setup/server.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = makeFolder('page-commands')
const pages = ['quick-start.md', 'frameworks.md', ...filesOf('moving')]
let tarball = ''

beforeAll(async () => {
  ;({ tarball } = await pack(folder))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

function filesOf(name: string): readonly string[] {
  const names = readdirSync(`${root}docs/${name}`)
  return names.filter((each) => each.endsWith('.md')).map((each) => `${name}/${each}`)
}

const stepsOf = (page: string) =>
  readSteps(`docs/${page}`, readFileSync(`${root}docs/${page}`, 'utf8'))
const isCommand = ({ kind }: Step) => kind === 'command' || kind === 'server'

/** What a reader has: neither this repository's programs on the PATH nor what npm told this run. */
function environment(): NodeJS.ProcessEnv {
  const path = (process.env['PATH'] ?? '').split(delimiter)
  return {
    PATH: path.filter((each) => !each.includes('node_modules')).join(delimiter),
    HOME: process.env['HOME'],
    // An empty one: half of what an optional peer needs, left by other runs, ends an install that does without any.
    npm_config_cache: join(folder, 'npm-cache'),
    // Nothing is asked of a registry, and nothing said of other versions of npm.
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
  }
}

/**
 * `jotgate` is the packed tarball where it is installed; what is installed beside it is this repository's. `npm start`
 * would install and build first: the program that it then runs, in its place.
 */
function rewriteCommand(command: string): string {
  return command
    .replaceAll(/^npm install jotgate(.*)$/gm, (_, others: string) =>
      [`npm install '${tarball}'`, ...(others.match(/\S+/g) ?? []).map(link)].join('\n'),
    )
    .replace(/^npm start$/m, `node '${root}apps/auth-service/dist/main.js'`)
}

function link(name: string): string {
  const home = ['node_modules', 'test/node_modules'].find((each) =>
    existsSync(`${root}${each}/${name}`),
  )
  if (home === undefined) throw new Error(`${name} is not installed here`)
  return [name, `.bin/${name}`]
    .filter((each) => existsSync(`${root}${home}/${each}`))
    .map((each) => `ln -s '${root}${home}/${each}' 'node_modules/${each}'`)
    .join('\n')
}

/** Takes a page's steps in an empty folder, with free ports in place of its own. */
async function follow(page: string) {
  const steps = stepsOf(page)
  const ports = new Map<string, string>()
  for (const step of steps)
    if (step.kind === 'server') ports.set(step.port, String(await freePort()))
  const own = join(folder, page.replace('.md', ''))
  mkdirSync(own, { recursive: true })
  // What `npm start` takes them from.
  const env = { ...environment(), PORT: ports.get('8888'), DATA_DIR: join(own, 'data') }
  return takeSteps(steps, { folder: own, env, ports, rewrite: rewriteCommand })
}

/** The pages that have commands, and how many answers they show. */
const answers = { 'quick-start.md': 11, 'moving/README.md': 0, 'moving/kratos-and-go-zero.md': 1 }

test('these pages have commands, and no other', () => {
  expect(pages.length).toBeGreaterThan(9)
  const found = pages.filter((page) => stepsOf(page).some(isCommand))
  expect(found.sort()).toEqual(Object.keys(answers).sort())
})

// Each in a folder and on ports of its own: all at once.
test.concurrent.for(Object.entries(answers))(
  'the commands of %s work as they stand',
  async ([page, count]) => {
    const given = await follow(page)
    const { shown, came } = compareAnswers(given.filter((each) => each.shown !== ''))
    expect(came).toEqual(shown)
    expect(shown).toHaveLength(count)
  },
)
