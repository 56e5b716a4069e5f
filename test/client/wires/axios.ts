import axios from 'axios'
import { auth } from '../../../src/adapters/outgoing/axios.js'
import { startSite } from '../site.js'
import { httpWire, type HttpWire } from '../wire.js'

/** An axios instance. */
export async function axiosWire(): Promise<HttpWire> {
  return httpWire(await startSite(), async (client, url, { body, streamed = false, ...init }) => {
    const instance = auth(client, axios.create({ validateStatus: null, responseType: 'text' }))
    const data = body !== undefined && streamed ? new Blob([body]).stream() : body
    const response = await instance.request<string>({ url, ...init, data })
    return { status: response.status, body: response.data }
  })
}
