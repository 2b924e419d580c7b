import { expect, it } from 'vitest'
import { fixture, run } from '../embedded/harness.js'
import { callerOf, runtimeWithHal, textIn } from './harness.js'

const LINES = [
  /^platform-info: type=None version=0\.0\.0$/,
  /^list-capabilities: 5 entries$/,
  /^random\(32\): [0-9a-f]{64}$/,
  /^system-time: \d{10}s \d{1,9}ns$/,
  /^sha256\(hello\)=2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824$/,
  /^generate-keypair: ok \(pub=32B priv=32B\)$/,
]
const expectLines = (text: string) => {
  const lines = text.trimEnd().split('\n')
  expect(lines).toHaveLength(LINES.length)
  for (const [at, line] of lines.entries()) expect(line).toMatch(LINES[at] ?? '')
}

it('issue 16, 1: the component of the example hal-test prints its lines', async () => {
  const call = callerOf(await runtimeWithHal(), 'components/hal-test')
  const [one, other] = [await call('run-hal-test'), await call('run-hal-test')]
  if (typeof one !== 'string' || typeof other !== 'string') throw new Error(JSON.stringify(one))
  expectLines(textIn(one) ?? '')
  expect(other).not.toBe(one)
})

it('issue 16, 1: the component of the example attestation-test says why there is no evidence', async () => {
  const call = callerOf(await runtimeWithHal(), 'components/attestation-test')
  const answer = await call('run-attestation')
  expect(typeof answer === 'string' && textIn(answer)).toMatch(
    /^platform-info: type=None version=0\.0\.0\nreport-data: [0-9a-f]{64}\nattestation: failed \(no TEE platform available for attestation\)$/,
  )
})

it('issue 16, 1: the WASI preview 1 command of 0.4 prints the same kind of lines', async () => {
  const { stdout, outcome } = await run(await runtimeWithHal(), { binary: fixture('hal-command') })
  expect(outcome.kind).toBe('completed')
  expectLines(stdout)
})
