import { test } from 'vitest'
import { startService, temporaryFolder, type RunningService } from './running-service.js'

/** What a test has to itself. */
export interface Own {
  /** A folder that is gone after the test. */
  readonly folder: () => string
  /** A service that is stopped after the test. */
  readonly start: (options: Parameters<typeof startService>[0]) => Promise<RunningService>
}

/**
 * A test with folders and services that are its alone, so that several can run at the same time.
 *
 * @example testWithServices.concurrent('…', async ({ folder, start }) => { await start({ dataDir: folder() }) })
 */
export const testWithServices = test.extend<{ own: Own } & Own>({
  own: async ({ task }, use) => {
    const folders: { remove(): void }[] = []
    const running: RunningService[] = []
    const folder = () => {
      const made = temporaryFolder()
      folders.push(made)
      return made.path
    }
    const start: Own['start'] = async (options) => {
      const service = await startService(options)
      running.push(service)
      return service
    }
    await use({ folder, start })
    await Promise.all(running.map((service) => service.stop()))
    for (const each of folders) each.remove()
  },
  folder: ({ own }, use) => use(own.folder),
  start: ({ own }, use) => use(own.start),
})
