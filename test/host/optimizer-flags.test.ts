import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { optimizerFlags } from '../../src/host/optimizer-flags.js'

describe('the flags of the optimising compiler', () => {
  it('are set only where V8 has no compiler between the baseline and that one', () => {
    expect(optimizerFlags('11.3.244.8-node.38')).not.toEqual([])
    expect(optimizerFlags('12.4.254.21-node.33')).not.toEqual([])
    expect(optimizerFlags('13.6.233.17-node.28')).toEqual([])
  })

  it('are known to this V8', () => {
    const { status, stderr } = spawnSync(process.execPath, [...optimizerFlags(), '-e', '0'], {
      encoding: 'utf8',
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })
})
