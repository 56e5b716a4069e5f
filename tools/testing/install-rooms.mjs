import { installRooms } from '../setup/install.mjs'

/**
 * Vitest's global setup: whoever starts vitest itself has what the tests import, before the first worker asks for it.
 *
 * @throws Error that says in one line what went wrong
 */
export async function setup() {
  const problem = await installRooms(['test', 'bench'])
  if (problem !== undefined) throw new Error(problem)
}
