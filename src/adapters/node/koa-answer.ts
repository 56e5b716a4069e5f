import type { Context } from 'koa'
import type { Refusal } from '../../gate/respond.js'

/** Makes an answer that of Koa's context. */
export function answer(ctx: Context, { status, headers, body }: Refusal): void {
  // Earlier middleware, perhaps a time limit, has already answered.
  if (ctx.headerSent || !ctx.writable) return
  ctx.body = body
  ctx.remove('Content-Type')
  ctx.status = status
  ctx.set({ ...headers })
}
