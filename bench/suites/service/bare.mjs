import { createRequire } from 'node:module'
import process from 'node:process'
import fastify from 'fastify'
import { Pool } from 'pg'
import { serveParent } from './child.mjs'

// What the service is compared with: Fastify with the same work behind it and nothing before it. It asks for no token,
// counts nothing, logs nothing. It is sent where its database is, and answers with its port; then with its processor time
// in microseconds, as often as it is asked.

/** Of the service's own dependencies, so that it is the very same code. @type {typeof import('@node-rs/argon2')} */
const { verify } = createRequire(
  new URL('../../../apps/auth-service/package.json', import.meta.url),
)('@node-rs/argon2')

/** @type {Promise<number> | undefined} */
let port
serveParent(async (/** @type {{ database: string }} */ order) => {
  if (port !== undefined) return cpuTime()
  port = begin(order.database)
  return port
})

function cpuTime() {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** @param {string} connectionString */
async function begin(connectionString) {
  const pool = new Pool({ connectionString, max: 20 })
  const app = fastify()
  const find =
    'SELECT id, username, roles, display_name, email FROM service_users WHERE username = $1'
  app.get('/user/profile', async () => {
    const { rows } = await pool.query({ name: 'find', text: find, values: ['bench-0'] })
    const { id, username, roles, display_name: displayName, email } = rows[0]
    return { id, username, displayName, email, roles: roles.split(' ') }
  })
  app.post('/hash', async (request) => {
    const { password, phc } = /** @type {{ password: string, phc: string }} */ (request.body)
    return { fits: await verify(phc, password) }
  })
  app.post('/write', async (request) => {
    const { id, value } = /** @type {{ id: string, value: string }} */ (request.body)
    const text = 'UPDATE bare SET value = $2 WHERE id = $1'
    const { rowCount } = await pool.query({ name: 'write', text, values: [id, value] })
    return { rows: rowCount }
  })
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  return Number(new URL(address).port)
}
