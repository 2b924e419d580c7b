import { chromium, type Browser } from 'playwright-core'
import { existsSync } from 'node:fs'

const BINARIES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Starts a headless browser; the caller closes it. */
export const startBrowser = (): Promise<Browser> => {
  const executablePath = BINARIES.find((path) => existsSync(path))
  if (executablePath === undefined)
    throw new Error('chromium is not installed, and these tests need it: apt-get install -y chromium')
  return chromium.launch({ executablePath, args: FLAGS })
}
