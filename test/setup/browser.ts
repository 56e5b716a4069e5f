import { chromium, type Browser } from 'playwright-core'
import { findOrInstall, type Machine } from './programs.js'

const wanted = {
  programs: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
  debianPackage: 'chromium',
  variable: 'CHROMIUM_PATH',
  holding: 'the path of its program',
}

/** It must not look for updates, or for anything else beyond this machine. */
const args = [
  '--no-sandbox', // it will not start as root with one; it opens the tests' own pages only
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
]

/**
 * Starts a real browser without a window: the program `CHROMIUM_PATH` names, else a Chromium on the PATH, else Debian's,
 * installed where that is allowed.
 *
 * @throws Error saying in one line what to install or to set
 * @example const browser = await startBrowser(); const page = await browser.newPage(); await browser.close()
 */
export async function startBrowser(
  from: { path: string | undefined; machine?: Machine } = { path: process.env['CHROMIUM_PATH'] },
): Promise<Browser> {
  const executablePath =
    from.path !== undefined && from.path !== ''
      ? from.path
      : await findOrInstall(wanted, from.machine)
  return chromium.launch({ executablePath, headless: true, args: [...args] })
}
