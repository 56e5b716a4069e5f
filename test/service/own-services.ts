import { afterEach } from 'vitest'
import { startService, temporaryFolder, type RunningService } from './running-service.js'

const folders: { remove(): void }[] = []
const running: RunningService[] = []

afterEach(async () => {
  for (const service of running.splice(0)) await service.stop()
  for (const folder of folders.splice(0)) folder.remove()
})

/** A folder that is gone after the test. */
export function folder(): string {
  const made = temporaryFolder()
  folders.push(made)
  return made.path
}

/** A service that is stopped after the test. */
export async function start(options: Parameters<typeof startService>[0]): Promise<RunningService> {
  const service = await startService(options)
  running.push(service)
  return service
}
