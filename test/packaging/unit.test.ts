import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ROOT } from '../support/fixtures.js'
import { CONTAINERFILE, SANDBOX, UNIT, valuesOf } from './files.js'

/** Ten times the exposure that `systemd-analyze security` may report; a service without any restriction has 100. */
const THRESHOLD = 15
/** The same with namespaces for guests. */
const SANDBOX_THRESHOLD = 30

/** Where `npm install --global --prefix /opt/proplet` installs the command. */
const PROGRAM = '/opt/proplet/bin/propeller-proplet'

const analyze = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', [...args], { encoding: 'utf8' })
  return { status, text: `${stdout}${stderr}` }
}

/**
 * The unit with a program that exists, so that `systemd-analyze` can check its paths, and with its drop-in if there is
 * one.
 */
const unitHere = (dropIn?: string): string => {
  const directory = mkdtempSync(join(tmpdir(), 'proplet-unit-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const unit = join(directory, 'proplet.service')
  writeFileSync(unit, readFileSync(UNIT, 'utf8').replaceAll(PROGRAM, process.execPath))
  if (dropIn !== undefined) {
    mkdirSync(`${unit}.d`)
    writeFileSync(join(`${unit}.d`, 'sandbox.conf'), readFileSync(dropIn))
  }
  return unit
}

describe.each([
  ['as it is', undefined, THRESHOLD],
  ['with namespaces for guests', SANDBOX, SANDBOX_THRESHOLD],
])('the systemd unit %s', (_, dropIn, threshold) => {
  it('has nothing that systemd does not know', () => {
    expect(analyze('verify', unitHere(dropIn))).toStrictEqual({ status: 0, text: '' })
  })

  it('has a low exposure score', () => {
    const found = analyze('security', '--offline=true', `--threshold=${threshold}`, unitHere(dropIn))
    expect(found.status, found.text.slice(-100)).toBe(0)
  })
})

it('keeps its own compiled code in the directory of its cache, as the container does', () => {
  expect(valuesOf(UNIT, 'CacheDirectory')).toStrictEqual(['proplet'])
  expect(valuesOf(UNIT, 'Environment')).toContain('XDG_CACHE_HOME=%C')
  expect(readFileSync(CONTAINERFILE, 'utf8')).toMatch(/^ +XDG_CACHE_HOME=\/var\/cache \\$/m)
})

it('starts the command of the package, where docs/running.md installs it', () => {
  expect(valuesOf(UNIT, 'ExecStartPre')).toStrictEqual([`${PROGRAM} --check-config`])
  expect(valuesOf(UNIT, 'ExecStart')).toStrictEqual([PROGRAM])
  const { bin, files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly bin: Readonly<Record<string, string>>
    readonly files: readonly string[]
  }
  expect(bin).toHaveProperty(basename(PROGRAM))
  expect(files).toContain('packaging/proplet.service')
  const page = readFileSync(join(ROOT, 'docs/running.md'), 'utf8')
  expect(page).toMatch(/npm install --global --omit=dev --prefix \/opt\/proplet /)
  expect(page).toContain('/opt/proplet/lib/node_modules/propeller-proplet/packaging/proplet.service')
})

it('gives the proplet enough time to stop', () => {
  const [stop] = valuesOf(UNIT, 'TimeoutStopSec')
  // PROPLET_SHUTDOWN_TIMEOUT, plus time to deliver results
  expect(Number(stop)).toBeGreaterThan(30 + 10)
})

it('does not forbid what the engine needs', () => {
  expect(valuesOf(UNIT, 'MemoryDenyWriteExecute')).toStrictEqual([])
})
