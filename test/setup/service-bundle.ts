import { bundleService } from '../../tools/setup/bundle-service.mjs'

/** Once before all tests: services that they start are those that were built last, as a bundle. */
export default function setup(): Promise<void> {
  return bundleService()
}
