import { expect, it } from 'vitest'
import { instantiate } from '../../link/instantiate.js'
import { built, functionOf, prepare } from './harness.js'

const OPS = 'local:typed/ops@0.1.0'

it('later instances reuse the parts of earlier ones and behave like the first', () => {
  const prepared = prepare(built('typed'))
  for (let i = 0; i < 5; i++) {
    const instance = instantiate(prepared, {})
    const [first, text] = [`text ${i}`, 'ä'.repeat(1000 + i)]
    expect(functionOf(instance, OPS, 'echo-string')(first)).toBe(first)
    expect(functionOf(instance, OPS, 'echo-string')(text)).toBe(text)
    instance.release()
    instance.release()
  }
})
