import { useState } from 'preact/hooks'
import { Dialog } from '../ui/dialog.js'
import { announce } from '../ui/notice.js'
import { QrCode } from '../ui/qr-code.js'
import { Copyable } from '../ui/secret.js'
import { Show } from '../ui/states.js'
import { useLoaded } from '../ui/use-loaded.js'
import { CodeField } from './code-field.js'
import { FactorForm, OwnPassword } from './factor-form.js'
import {
  beginFactor,
  confirmFactor,
  readFactor,
  removeFactor,
  type BegunFactor,
  type FactorState,
} from './second-factor-calls.js'
import { restore } from './session.js'

/** The user's own second factor: whether there is one, and how to add or remove it. */
export function SecondFactorCard() {
  const state = useLoaded(() => readFactor())
  const [isOpen, setOpen] = useState(false)
  return (
    <section class="card">
      <h2>Second factor</h2>
      <Show of={state}>
        {({ active, recoveryCodes }) => (
          <>
            <p>{active ? having(recoveryCodes) : 'Your account has none.'}</p>
            <div class="buttons">
              <button
                type="button"
                class={active ? 'danger' : 'primary'}
                onClick={() => {
                  setOpen(true)
                }}
              >
                {active ? 'Remove …' : 'Set up …'}
              </button>
            </div>
            {isOpen && (
              <FactorDialog
                active={active}
                onClose={() => {
                  setOpen(false)
                }}
              />
            )}
          </>
        )}
      </Show>
    </section>
  )
}

function having(recoveryCodes: number): string {
  return `A login asks for a code of your app. ${String(recoveryCodes)} recovery codes are left.`
}

function FactorDialog({ active, onClose }: Pick<FactorState, 'active'> & { onClose: () => void }) {
  const [begun, setBegun] = useState<ProvenFactor>()
  const [codes, setCodes] = useState<readonly string[]>()
  const title = active ? 'Remove the second factor' : 'Set up a second factor'
  const close = () => {
    // The profile says what the user has now.
    if (codes !== undefined) void restore()
    onClose()
  }
  return (
    <Dialog title={title} onClose={close}>
      {active && <RemoveForm onClose={onClose} />}
      {!active && begun === undefined && <PasswordForm onDone={setBegun} onClose={onClose} />}
      {begun !== undefined && codes === undefined && (
        <ConfirmForm begun={begun} onDone={setCodes} onClose={onClose} />
      )}
      {codes !== undefined && <RecoveryCodes codes={codes} onClose={close} />}
    </Dialog>
  )
}

/** What was begun, and the password that confirming it asks for again. */
interface ProvenFactor extends BegunFactor {
  readonly password: string
}

function PasswordForm(props: { onDone: (begun: ProvenFactor) => void; onClose: () => void }) {
  const [password, setPassword] = useState('')
  return (
    <FactorForm
      verb="Go on"
      onClose={props.onClose}
      work={async () => {
        props.onDone({ ...(await beginFactor(password)), password })
      }}
    >
      <OwnPassword value={password} onChange={setPassword} />
    </FactorForm>
  )
}

interface ConfirmFormProps {
  readonly begun: ProvenFactor
  readonly onDone: (codes: readonly string[]) => void
  readonly onClose: () => void
}

function ConfirmForm({ begun, onDone, onClose }: ConfirmFormProps) {
  const [code, setCode] = useState('')
  return (
    <FactorForm
      verb="Set up"
      onClose={onClose}
      work={async () => {
        onDone(await confirmFactor(begun.password, code))
      }}
    >
      <p>Scan this code with an authenticator app, and enter the six digits that it shows then.</p>
      <QrCode text={begun.uri} label="QR code with the secret" />
      <Copyable label="Or type this secret into the app" value={begun.secret} />
      <CodeField value={code} onChange={setCode} />
    </FactorForm>
  )
}

function RecoveryCodes({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) {
  return (
    <div class="stack">
      <p>
        The second factor is set up. These codes are shown only this once: keep them where you find
        them without your phone. Each logs you in once.
      </p>
      <ul class="code recovery-codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div class="buttons">
        <button type="button" class="primary" onClick={onClose}>
          Done
        </button>
      </div>
    </div>
  )
}

function RemoveForm({ onClose }: { onClose: () => void }) {
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  return (
    <FactorForm
      verb="Remove"
      onClose={onClose}
      work={async () => {
        await removeFactor(password, code)
        await restore()
        announce('Your account has no second factor any more.')
      }}
    >
      <OwnPassword value={password} onChange={setPassword} />
      <CodeField value={code} onChange={setCode} />
    </FactorForm>
  )
}
