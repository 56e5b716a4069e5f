/** The grants of a client, in words. */
const grantNames = {
  client_credentials: 'Its own tokens (client_credentials)',
  refresh_token: 'Sessions of users (refresh_token)',
  'urn:ietf:params:oauth:grant-type:token-exchange':
    'Exchanges tokens it is called with for tokens to call others (token exchange)',
} as const

const names = Object.keys(grantNames) as (keyof typeof grantNames)[] // the keys of the table

/** Which grants a client has. */
export function GrantsField(props: {
  grants: readonly string[]
  isPublic: boolean
  fault: string | undefined
  onChange: (grants: readonly string[]) => void
}) {
  const { grants, isPublic } = props
  return (
    <fieldset class="field">
      <legend class="label">Grants</legend>
      {names.map((name) => (
        <label key={name} class="check">
          <input
            type="checkbox"
            checked={grants.includes(name)}
            disabled={isPublic && name !== 'refresh_token'}
            onChange={(event) => {
              const others = grants.filter((each) => each !== name)
              props.onChange(event.currentTarget.checked ? [...others, name] : others)
            }}
          />{' '}
          {grantNames[name]}
        </label>
      ))}
      {props.fault && (
        <p class="fault" role="alert">
          {props.fault}
        </p>
      )}
    </fieldset>
  )
}
