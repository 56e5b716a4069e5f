/**
 * Answers a Fetch request, with further arguments from its host: Deno, Bun, workers, a service worker. `R` is the request
 * of the host, such as `NextRequest`.
 */
export type FetchHandler<A extends readonly unknown[], R extends Request = Request> = (
  request: R,
  ...rest: A
) => Response | Promise<Response>
