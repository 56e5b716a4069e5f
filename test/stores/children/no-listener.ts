/** A process whose clients have no listener for `error`: it asks each of its stores, and says what it hears. */
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { createClient } from 'redis'
import { AuthError } from '../../../src/foundation/errors.js'
import { redisStores } from '../../../src/stores/redis/index.js'
import { postgresStores } from '../../../src/stores/sql/postgres.js'

const [redisUrl = '', postgresUrl = '', schema = ''] = process.argv.slice(2)
const deadlineMs = 10_000
const stores = [
  redisStores(new Redis(redisUrl), { prefix: 'ioredis', deadlineMs }),
  redisStores(await createClient({ url: redisUrl }).connect(), { prefix: 'node', deadlineMs }),
  postgresStores(new Pool({ connectionString: postgresUrl }), { schema, deadlineMs }),
]

async function ask(): Promise<readonly string[]> {
  const answers = stores.map(async ({ sessions }) => typeof (await sessions.find('none')))
  const code = (error: unknown) => (error instanceof AuthError ? error.code : String(error))
  return Promise.all(answers.map((answer) => answer.catch(code)))
}

process.on('message', () => {
  void ask().then((answers) => process.send?.(answers))
})
process.on('disconnect', () => process.exit(0))
process.send?.(await ask())
