import { type ComponentChildren } from 'preact'

/** A table that scrolls by itself where it is wider than the page. */
export function Table(props: {
  caption: string
  /** An empty heading is for a column of buttons. */
  columns: readonly string[]
  children: ComponentChildren
}) {
  return (
    <div class="table" role="region" aria-label={props.caption} tabIndex={0}>
      <table>
        <caption class="unseen">{props.caption}</caption>
        <thead>
          <tr>
            {props.columns.map((name, index) => (
              <th key={index} scope="col">
                {name === '' ? <span class="unseen">Actions</span> : name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{props.children}</tbody>
      </table>
    </div>
  )
}
