import { type ComponentChildren } from 'preact'
import { may, type Permission } from './session.js'

/** What only a user with a permission can use. The service decides again at every call. */
export function May(props: { to: Permission; children: ComponentChildren }) {
  return may(props.to) ? <>{props.children}</> : null
}
