import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const module = new URL('../../apps/auth-service/dist/foundation/log.js', import.meta.url).href

/** What a process has in its log that logs an error with these members, and a cause with them. */
async function logged(members: Readonly<Record<string, unknown>>): Promise<string> {
  const program = `
    import { createLog } from '${module}'
    const make = (message, cause) => Object.assign(new Error(message, { cause }), ${JSON.stringify(members)})
    const { log, flush } = createLog('info')
    log.warn({ err: make('it was refused', make('WRONGPASS')) }, 'a store')
    flush()`
  const args = ['--input-type=module', '-e', program]
  return (await promisify(execFile)(process.execPath, args)).stderr
}

test('an error is logged with its words, code and causes, and nothing that its client has hung on it', async () => {
  const output = await logged({
    code: '28P01',
    command: { name: 'auth', args: ['default', 'canary'] },
    detail: 'Key (username)=(canary) already exists.',
  })
  expect(output).toContain('it was refused')
  expect(output).toContain('WRONGPASS')
  expect(output).toContain('28P01')
  expect(output).not.toContain('canary')
})
