import * as E from 'fp-ts/lib/Either.js'
import { expect, it, vi, onTestFinished } from 'vitest'
import { findSandbox } from '../../../src/host/sandbox/sandbox.js'

it('is found, with the filter for sockets, where no temporary file can be written', () => {
  vi.stubEnv('TMPDIR', '/nonexistent')
  onTestFinished(() => void vi.unstubAllEnvs())
  const found = findSandbox()
  if (E.isLeft(found)) throw new Error(found.left)
  expect(found.right.socketFilter).toBeInstanceOf(Uint8Array)
})
