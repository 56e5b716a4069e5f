/** A setup error that the operator can fix: printed as one line, without a stack. */
export class SetupFault extends Error {
  override readonly name = 'SetupFault'
}
