import { installRooms } from '../setup/install.mjs'

/**
 * Vitest's global setup: installs what the tests import before the first worker starts, also when vitest is started directly.
 *
 * @throws Error that says in one line what went wrong
 */
export async function setup() {
  const problem = await installRooms(['test', 'bench'])
  if (problem !== undefined) throw new Error(problem)
}
