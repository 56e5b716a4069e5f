/** Something is set up wrongly and its owner can mend it: told in one line, without a stack. */
export class SetupFault extends Error {
  override readonly name = 'SetupFault'
}
