import { HttpError, problemOf } from './http-error.js'
import { unreadable } from './part-head.js'

/** What the forms of a route may hold. */
export interface FormRules {
  /** Files in one form. Default: none. */
  readonly maxFiles?: number
  /** Bytes of each file. Default: only the length of the whole body counts. */
  readonly maxFileBytes?: number
  /** Content types of files, such as `image/png` or `image/*`, as the caller names them. Default: any. */
  readonly fileTypes?: readonly string[]
  /** The handler gets files while they arrive, as `uploads`. Default: it gets them whole, as `files`. */
  readonly stream?: true
}

/** Fields and files of one form. */
export const mostParts = 1000

/**
 * Refuses a form with too many files.
 *
 * @throws HttpError 413; RequestError where none are taken
 * @example checkFileCount(files.length, { maxFiles: 1 })
 */
export function checkFileCount(count: number, { maxFiles = 0 }: FormRules): void {
  if (count <= maxFiles) return
  throw maxFiles === 0 ? unreadable('must not hold a file') : refused(413)
}

/**
 * Refuses a file that is too long.
 *
 * @param size in bytes, as far as it has come
 * @throws HttpError 413
 * @example checkFileSize(file.size, { maxFileBytes: 1024 })
 */
export function checkFileSize(size: number, { maxFileBytes = Infinity }: FormRules): void {
  if (size > maxFileBytes) throw refused(413)
}

/**
 * Refuses a file of a content type that is not allowed.
 *
 * @throws HttpError 415
 * @example checkFileType('image/png', { fileTypes: ['image/*'] })
 */
export function checkFileType(type: string, { fileTypes }: FormRules): void {
  if (fileTypes?.some((allowed) => isOfType(type, allowed)) === false) throw refused(415)
}

function isOfType(type: string, allowed: string): boolean {
  const [own = ''] = type.toLowerCase().split(';')
  const wanted = allowed.toLowerCase()
  return wanted.endsWith('/*') ? own.startsWith(wanted.slice(0, -1)) : own.trim() === wanted
}

/**
 * The refusal of a body.
 *
 * @example throw refused(413)
 */
export function refused(status: 413 | 415): HttpError {
  return new HttpError(status, problemOf(status, 'invalid_request'))
}
