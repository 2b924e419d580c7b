import { describe, expect, it, onTestFinished } from 'vitest'
import { instantiate } from '../../link/instantiate.js'
import { built, functionOf, prepare, twiceModule } from './harness.js'

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

describe('a run that reuses parts of an earlier one', () => {
  it('does not see its resources: it has its own globals, handles and destructors', () => {
    const prepared = prepare(built('composed'))
    for (const from of [3, 4, 3]) {
      const instance = instantiate(prepared, {})
      const visit = functionOf(instance, 'user', 'visit')
      // Sums up the value as two components see it, and what was destroyed in this run.
      expect(visit(from)).toBe(from * 111)
      expect(visit(1)).toBe(110 + from + 1)
      instance.release()
    }
  })

  it('uses its own imports', () => {
    const prepared = prepare(built('more-imports'))
    const lib = twiceModule()
    const adding = (by: number) => ({ lib, outer: { inner: { addOne: (n: number) => n + by } } })
    const runWith = (imports: ReturnType<typeof adding>) => {
      const instance = instantiate(prepared, imports)
      const result = functionOf(instance, 'run')(20)
      instance.release()
      return result
    }
    const [one, ten] = [adding(1), adding(10)]
    expect([one, one, ten, ten, one].map(runWith)).toStrictEqual([41, 41, 50, 50, 41])
    expect(() => instantiate(prepared, { lib })).toThrow(/does not provide/)
    expect(runWith(ten)).toBe(50)
  })

  it('is separate from concurrent runs', () => {
    const prepared = prepare(built('composed'))
    const [first, second] = [instantiate(prepared, {}), instantiate(prepared, {})]
    expect(functionOf(first, 'user', 'visit')(3)).toBe(333)
    first.release()
    const third = instantiate(prepared, {})
    expect(functionOf(second, 'user', 'visit')(3)).toBe(333)
    expect(functionOf(third, 'user', 'visit')(3)).toBe(333)
    expect(functionOf(second, 'user', 'visit')(1)).toBe(114)
  })

  it('creates only those core instances anew that could have changed', () => {
    const prepared = prepare(built('http-plain'))
    // The tools add two: the one that forwards calls, and the one that fills its table.
    expect(prepared.lasting.size).toBe(2)
    const { Instance } = WebAssembly
    let made = 0
    WebAssembly.Instance = new Proxy(Instance, {
      construct: (target, args) => {
        made += 1
        return Reflect.construct(target, args) as object
      },
    })
    onTestFinished(() => {
      WebAssembly.Instance = Instance
    })
    const runs = [1, 2, 3].map(() => {
      const before = made
      instantiate(prepared, HTTP).release()
      return made - before
    })
    expect(runs[1]).toBe((runs[0] ?? 0) - 2)
    expect(runs[2]).toBe(runs[1])
    expect(runs[1]).toBeGreaterThan(0)
  })
})

class Resource {
  nothing(): void {}
}

/** The imports of `http-plain`, which is instantiated but never called. */
const HTTP = {
  'wasi:http/types': {
    Fields: Resource,
    IncomingRequest: Resource,
    OutgoingResponse: class {
      body(): void {}
    },
    ResponseOutparam: class extends Resource {
      static set(): void {}
    },
    OutgoingBody: class {
      static finish(): void {}
      write(): void {}
    },
  },
  'wasi:io/streams': {
    OutputStream: class {
      blockingWriteAndFlush(): void {}
    },
  },
}
