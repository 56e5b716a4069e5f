import { z } from 'zod'
import { plainText } from './names.js'
import type { ProfileChange } from './users.js'

const address = z.union([z.literal(''), z.email().max(320)]).optional()
const mostCharacters = 200

/**
 * The problems with a change of a profile, each as the name of a field and what is wrong with it.
 *
 * @example profileFaults({ email: 'x' }) // ['email: is no e-mail address']
 */
export function profileFaults({ displayName, email }: ProfileChange): readonly string[] {
  return [
    ...(displayName === undefined ? [] : nameFaults(displayName)),
    ...(address.safeParse(email).success ? [] : ['email: is no e-mail address']),
  ]
}

function nameFaults(name: string): readonly string[] {
  if (!plainText.test(name)) return ['displayName: must hold no control characters']
  return name === '' || name.length > mostCharacters
    ? [`displayName: must be 1 to ${String(mostCharacters)} characters`]
    : []
}
