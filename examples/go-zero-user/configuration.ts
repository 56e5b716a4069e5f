import { randomBytes } from 'node:crypto'
import { type Config } from './generated/config.js'

const anew = () => randomBytes(32).toString('base64')

/** Secrets come from the environment, or are made anew for this run; 15 minutes where the guide has 24 hours. */
export const config = {
  Auth: {
    AccessSecret: process.env['ACCESS_SECRET'] ?? anew(),
    AccessExpire: 900,
    Issuer: 'https://user-api.example',
    Audience: 'user-api',
  },
  RefreshSecret: process.env['REFRESH_SECRET'] ?? anew(),
} as const satisfies Config & { readonly RefreshSecret: string }
