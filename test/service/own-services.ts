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
  own: ({ onTestFinished }, use) => {
    const folder = () => {
      const made = temporaryFolder()
      onTestFinished(() => {
        made.remove()
      })
      return made.path
    }
    const start: Own['start'] = async (options) => {
      const service = await startService(options)
      onTestFinished(async () => {
        await service.stop()
      })
      return service
    }
    return use({ folder, start })
  },
  folder: ({ own }, use) => use(own.folder),
  start: ({ own }, use) => use(own.start),
})
