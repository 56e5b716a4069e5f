import { signal } from '@preact/signals'

/** GET /user/login-options. */
export interface LoginOptions {
  readonly signUp?: string | undefined
  readonly resetPassword?: string | undefined
  /** Users are kept by another program, and cannot be changed here. */
  readonly usersElsewhere: boolean
}

/** What the configuration says about logins and users. */
export const loginOptions = signal<LoginOptions>({ usersElsewhere: false })

/** Reads them once. Never rejects: without them a page shows no links, and the service refuses what is not possible. */
export async function loadLoginOptions(): Promise<void> {
  try {
    const response = await fetch('/user/login-options')
    const body: unknown = await response.json()
    if (!response.ok || typeof body !== 'object' || body === null) return
    const fields: Readonly<Record<string, unknown>> = { ...body }
    loginOptions.value = {
      signUp: linkOf(fields['signUp']),
      resetPassword: linkOf(fields['resetPassword']),
      usersElsewhere: fields['usersElsewhere'] === true,
    }
  } catch {
    // The login itself says that the service does not answer.
  }
}

/** A link that is no script. */
function linkOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^https?:\/\//.test(value) ? value : undefined
}
