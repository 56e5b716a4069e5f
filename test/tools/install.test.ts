import { describe, expect, it } from 'vitest'
import { explainFailure } from '../../tools/setup/install.mjs'

describe('a failed installation is explained in one line', () => {
  it('a failed installation without npm says in one line that npm is missing', () => {
    expect(explainFailure(127, 'spawn npm ENOENT')).toMatch(/^npm was not found on the PATH.*$/)
  })

  it.each(['ENOTFOUND', 'ECONNREFUSED', 'ETIMEDOUT'])('npm’s network error %s is named', (code) => {
    const output = `npm error code ${code}\nnpm error network request failed\n`
    expect(explainFailure(1, output)).toMatch(new RegExp(`^The package registry.*${code}.*$`))
  })

  it('a failed installation quotes what npm complained about, not its code', () => {
    const output =
      'npm error code EUSAGE\nnpm error\nnpm error `npm ci` can only install packages\n'
    const line = explainFailure(1, output)
    expect(line).toBe('npm ci failed (exit 1): npm error `npm ci` can only install packages')
  })
})
