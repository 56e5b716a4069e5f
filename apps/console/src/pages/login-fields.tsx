import { type NewSignIn, type SignIn } from '../api/clients/generated/types.js'
import { Choice } from '../ui/choice.js'
import { Field } from '../ui/field.js'
import { wordsOf } from '../ui/words.js'

/** The grant that a client has exactly with redirect addresses. */
const grant = 'authorization_code'

const consents = {
  never: 'Our own: users are not asked',
  ask: "Others' own: users are asked for their consent",
} as const

const places = {
  web: 'On a server, or in a browser (web)',
  native: 'On the device of its user (native)',
} as const

/** How a client logs users in, as it is typed: lists with spaces between their items. */
export interface LoginTexts {
  readonly redirectUris: string
  readonly postLogoutRedirectUris: string
  readonly applicationType: keyof typeof places
  readonly consent: keyof typeof consents
  readonly allowedRoles: string
  readonly offline: boolean
  readonly backchannelLogoutUri: string
}

/** The names of the fields whose faults {@link LoginFields} says. */
export const loginFaultNames = [
  'redirectUris',
  'postLogoutRedirectUris',
  'allowedRoles',
  'backchannelLogoutUri',
].map((each) => `signIn.${each}`)

/** @example useState(toLoginTexts(client.signIn)) */
export function toLoginTexts(signIn: SignIn | undefined): LoginTexts {
  return {
    redirectUris: signIn?.redirectUris.join(' ') ?? '',
    postLogoutRedirectUris: signIn?.postLogoutRedirectUris.join(' ') ?? '',
    applicationType: signIn?.applicationType ?? 'web',
    consent: signIn?.consent ?? 'never',
    allowedRoles: signIn?.allowedRoles.join(' ') ?? '',
    offline: signIn?.offline ?? false,
    backchannelLogoutUri: signIn?.backchannelLogoutUri ?? '',
  }
}

/** The grants without the one that redirect addresses bring. */
export function otherGrants(grants: readonly string[]): readonly string[] {
  return grants.filter((each) => each !== grant)
}

/** What is sent: nothing that is unchanged, since it may come from an earlier configuration. What has no field here stays. */
export function toSignIn(
  texts: LoginTexts,
  grants: readonly string[],
  before?: SignIn,
): { grants: readonly string[]; signIn?: NewSignIn } {
  const redirectUris = addressesOf(texts.redirectUris)
  const its = redirectUris.length === 0 ? grants : [grant, ...grants]
  if (JSON.stringify(texts) === JSON.stringify(toLoginTexts(before))) return { grants: its }
  if (redirectUris.length === 0) return { grants, signIn: { redirectUris } }
  const { idTokenAlg, requirePkce } = before ?? {}
  const uri = texts.backchannelLogoutUri.trim()
  return {
    grants: its,
    signIn: {
      redirectUris,
      postLogoutRedirectUris: addressesOf(texts.postLogoutRedirectUris),
      allowedRoles: wordsOf(texts.allowedRoles),
      ...{ applicationType: texts.applicationType, consent: texts.consent, offline: texts.offline },
      ...(uri === '' ? {} : { backchannelLogoutUri: uri }),
      ...(idTokenAlg === undefined ? {} : { idTokenAlg }),
      ...(requirePkce === undefined ? {} : { requirePkce }),
    },
  }
}

/** A comma may be a part of an address. */
function addressesOf(text: string): string[] {
  return text.split(/\s+/).filter((each) => each !== '')
}

interface LoginProps {
  readonly texts: LoginTexts
  readonly onChange: (texts: LoginTexts) => void
  readonly faultOf: (field: string) => string | undefined
}

/** Where users of a client log in, and who may; the rest appears with the first redirect address. */
export function LoginFields(props: LoginProps) {
  const { texts, onChange } = props
  return (
    <>
      <Field
        label="Redirect addresses"
        value={texts.redirectUris}
        onChange={(redirectUris) => {
          onChange({ ...texts, redirectUris })
        }}
        settings={{
          hint: 'Separate with spaces. Where users come back to after a login here; the scopes must name openid. Empty: users do not log in by this client.',
          fault: props.faultOf('signIn.redirectUris'),
        }}
      />
      {texts.redirectUris.trim() !== '' && <MoreFields {...props} />}
    </>
  )
}

function MoreFields({ texts, onChange, faultOf }: LoginProps) {
  return (
    <>
      <Choice
        label="Whose it is"
        value={texts.consent}
        options={consents}
        onChange={(consent) => {
          onChange({ ...texts, consent })
        }}
      />
      <Choice
        label="Where it runs"
        value={texts.applicationType}
        options={places}
        onChange={(applicationType) => {
          onChange({ ...texts, applicationType })
        }}
      />
      <Field
        label="Roles that may log in"
        value={texts.allowedRoles}
        onChange={(allowedRoles) => {
          onChange({ ...texts, allowedRoles })
        }}
        settings={{
          hint: 'Separate with spaces. One of them is enough. Empty: every user.',
          fault: faultOf('signIn.allowedRoles'),
        }}
      />
      <LogoutFields {...{ texts, onChange, faultOf }} />
    </>
  )
}

function LogoutFields({ texts, onChange, faultOf }: LoginProps) {
  return (
    <>
      <Field
        label="Addresses after a logout"
        value={texts.postLogoutRedirectUris}
        onChange={(postLogoutRedirectUris) => {
          onChange({ ...texts, postLogoutRedirectUris })
        }}
        settings={{
          hint: 'Separate with spaces. Where users may be sent when they have logged out. Optional.',
          fault: faultOf('signIn.postLogoutRedirectUris'),
        }}
      />
      <Field
        label="Address for logout tokens"
        value={texts.backchannelLogoutUri}
        onChange={(backchannelLogoutUri) => {
          onChange({ ...texts, backchannelLogoutUri })
        }}
        settings={{
          hint: 'This service calls it when a session at the client has ended. Optional.',
          fault: faultOf('signIn.backchannelLogoutUri'),
        }}
      />
      <label class="check">
        <input
          type="checkbox"
          checked={texts.offline}
          onChange={(event) => {
            onChange({ ...texts, offline: event.currentTarget.checked })
          }}
        />{' '}
        Its sessions go on when the user logs out of the browser (offline)
      </label>
    </>
  )
}
