/** The servers that test files can share. */
export type SharedName = 'postgres' | 'cluster' | 'sentinel'

/** Names the address at which `shared-servers.ts` answers, while the tests run. */
export const sharedVariable = 'JOTGATE_TEST_SERVERS'

/**
 * Asks for a server that all test files of a run share, which spares each the seconds that it takes to start. Do it no
 * harm, and use names of your own on it.
 *
 * @returns undefined outside a run of the tests, where there are none
 * @throws Error saying why the server did not start
 * @example const found = await shared<{ url: string }>('postgres')
 */
export async function shared<T>(name: SharedName): Promise<T | undefined> {
  const address = process.env[sharedVariable]
  if (address === undefined) return undefined
  const response = await fetch(`${address}/${name}`)
  if (!response.ok) throw new Error(await response.text())
  return (await response.json()) as T // what shared-servers.ts has sent
}
