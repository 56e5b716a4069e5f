/** The role of administrators. */
export const adminRole = 'admin'

const usernameShape = /^[A-Za-z0-9._@-]{1,64}$/
const roleShape = /^[a-z0-9:_-]{1,64}$/

/** The problem with a username, as the rest of a sentence; undefined when there is none. */
export function usernameFault(username: string): string | undefined {
  return usernameShape.test(username)
    ? undefined
    : 'must be 1 to 64 letters, digits, ".", "_", "@" or "-"'
}

/** The problem with a role, as the rest of a sentence; undefined when there is none. */
export function roleFault(role: string): string | undefined {
  return roleShape.test(role)
    ? undefined
    : 'must be 1 to 64 lower-case letters, digits, ":", "_" or "-"'
}

/** No control characters and no half characters: some databases cannot store them, and they garble lists. */
export const plainText = /^[^\p{Cc}\p{Cs}]*$/u
