import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const library = new URL('../../dist/key/index.js', import.meta.url).href

/** Garbage is collected all the time, and so in the middle of most things. */
const collecting = '--max-semi-space-size=1'

test.concurrent.each([
  ['read as a private key', 'privateKey(pair.privateKey, "ES256")'],
  ['read as a public key', 'publicKey(pair.publicKey, "ES256")'],
  ['named by its thumbprint', 'thumbprint(pair.privateKey), thumbprint(pair.publicKey)'],
])(
  'a key object that has just been made, and is %s, does not stop the process',
  async (_name, use) => {
    const program = `
      import { generateKeyPairSync } from 'node:crypto'
      import { privateKey, publicKey, thumbprint } from '${library}'
      for (const end = Date.now() + 2000; Date.now() < end;) {
        const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
        for (let i = 0; i < 20; i++) { ${use} }
      }
      console.log('went on')`
    const args = [collecting, '--input-type=module', '-e', program]
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 40_000 })
    expect(stdout).toBe('went on\n')
  },
)
