/** Whether the tokens of a client have the roles of its users. */
export function RolesField(props: {
  receivesRoles: boolean
  onChange: (receivesRoles: boolean) => void
}) {
  return (
    <fieldset class="field">
      <legend class="label">Claims</legend>
      <label class="check">
        <input
          type="checkbox"
          checked={props.receivesRoles}
          onChange={(event) => {
            props.onChange(event.currentTarget.checked)
          }}
        />{' '}
        The roles of the user, in tokens of sessions (roles)
      </label>
    </fieldset>
  )
}
