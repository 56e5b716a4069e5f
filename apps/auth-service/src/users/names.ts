/** The role of administrators. */
export const adminRole = 'admin'

const usernameShape = /^[A-Za-z0-9._@-]{1,64}$/
const roleShape = /^[a-z0-9:_-]{1,64}$/

/** What is wrong with a username, as the rest of a sentence; undefined when nothing is. */
export function usernameFault(username: string): string | undefined {
  return usernameShape.test(username)
    ? undefined
    : 'is 1 to 64 letters, digits, ".", "_", "@" or "-"'
}

/** What is wrong with a role, as the rest of a sentence; undefined when nothing is. */
export function roleFault(role: string): string | undefined {
  return roleShape.test(role) ? undefined : 'is 1 to 64 small letters, digits, ":", "_" or "-"'
}

/** Neither control characters nor half a character: some databases have no text for them, and lists are spoilt by them. */
export const plainText = /^[^\p{Cc}\p{Cs}]*$/u
