import { fileURLToPath } from 'node:url'
import { loadSync } from '@grpc/proto-loader'

const files = ['site', 'health'].map((name) =>
  fileURLToPath(new URL(`./${name}.proto`, import.meta.url)),
)

/** The plain .proto files, for servers and clients of grpc-js. */
export const definition = loadSync(files, { defaults: true })
