import { httpWire, type HttpWire } from '../wire.js'
import { startSite } from '../site.js'

/** The client's own `fetch`. */
export async function fetchWire(): Promise<HttpWire> {
  return httpWire(await startSite(), async (client, url, { streamed = false, body, ...init }) => {
    const response = await client.fetch(url, {
      ...init,
      ...(body === undefined ? {} : { body: streamed ? new Blob([body]).stream() : body }),
      ...(streamed ? { duplex: 'half' } : {}),
    }) // `duplex` is not in every platform's types
    return { status: response.status, body: await response.text() }
  })
}
