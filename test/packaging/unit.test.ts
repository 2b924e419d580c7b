import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ROOT } from '../support/fixtures.js'
import { SANDBOX, UNIT, valuesOf } from './files.js'

/** Ten times the exposure that `systemd-analyze security` may find; 100 is a service without any of it. */
const THRESHOLD = 15
/** With namespaces for guests. */
const SANDBOX_THRESHOLD = 30

const analyze = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', [...args], { encoding: 'utf8' })
  return { status, text: `${stdout}${stderr}` }
}

/** The unit with programs that are there, so that its paths can be looked at, and with its drop-in if wanted. */
const unitHere = (dropIn?: string): string => {
  const directory = mkdtempSync(join(tmpdir(), 'proplet-unit-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const unit = join(directory, 'proplet.service')
  const text = readFileSync(UNIT, 'utf8')
  writeFileSync(unit, text.replaceAll('/usr/bin/node', process.execPath).replaceAll('/opt/proplet', ROOT))
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

  it('leaves little open', () => {
    const found = analyze('security', '--offline=true', `--threshold=${threshold}`, unitHere(dropIn))
    expect(found.status, found.text.slice(-100)).toBe(0)
  })
})

it('gives the proplet the time that it takes to stop', () => {
  const [stop] = valuesOf(UNIT, 'TimeoutStopSec')
  // PROPLET_SHUTDOWN_TIMEOUT, and what is undelivered
  expect(Number(stop)).toBeGreaterThan(30 + 10)
})

it('does not forbid what the engine needs', () => {
  expect(valuesOf(UNIT, 'MemoryDenyWriteExecute')).toStrictEqual([])
})
