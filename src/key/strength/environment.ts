/** The environment variable that names exceptions: `short-secret:2027-06-30`, with commas between several. */
export const variable = 'JOTGATE_ACCEPT'

/** What it says now; empty where it is not set. */
export function readVariable(): string {
  return process.env[variable] ?? ''
}
