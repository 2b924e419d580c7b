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
    const prepared = { ...prepare(built('http-plain')), isRestorable: false }
    // The tools add two: the one that forwards calls, and the one that fills its table.
    expect(prepared.lasting.size).toBe(2)
    const made = countInstances()
    const runs = [1, 2, 3].map(() => made(() => instantiate(prepared, HTTP).release()))
    expect(runs[1]).toBe((runs[0] ?? 0) - 2)
    expect(runs[2]).toBe(runs[1])
    expect(runs[1]).toBeGreaterThan(0)
  })

  it('creates none if each can be restored', () => {
    const prepared = prepare(built('http-plain'))
    const made = countInstances()
    const answer = () => {
      const instance = instantiate(prepared, HTTP)
      handle(instance)
      expect(instance.memoryBytes()).toStrictEqual([131_072])
      instance.release()
    }
    expect([1, 2, 3].map(() => made(answer))).toStrictEqual([3, 0, 0])
    // These imports differ from the earlier ones, which must not be called.
    expect(made(() => instantiate(prepared, { ...HTTP }).release())).toBe(1)
  })

  it('creates them anew after a guest has exited during a call', () => {
    const prepared = prepare(built('http-plain'))
    const made = countInstances()
    const leave = () => {
      const instance = instantiate(prepared, HTTP)
      isLeaving = true
      onTestFinished(() => void (isLeaving = false))
      expect(() => handle(instance)).toThrow('left')
      isLeaving = false
      instance.release()
    }
    expect(made(leave)).toBe(3)
    expect(made(() => handle(instantiate(prepared, HTTP)))).toBe(1)
  })
})

/** Returns a function that counts the core instances created by `work`. */
function countInstances(): (work: () => void) => number {
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
  return (work) => {
    const before = made
    work()
    return made - before
  }
}

const handle = (instance: ReturnType<typeof instantiate>) =>
  functionOf(instance, 'wasi:http/incoming-handler@0.2.12', 'handle')(new Resource(), new Outparam())

let isLeaving = false

class Resource {
  nothing(): void {}
}

class Outparam extends Resource {
  static set(): void {}
}

class OutputStream {
  blockingWriteAndFlush(): void {
    if (isLeaving) throw new Error('left')
  }
}

class OutgoingBody {
  static finish(): void {}
  write(): OutputStream {
    return new OutputStream()
  }
}

/** The imports of `http-plain`. */
const HTTP = {
  'wasi:http/types': {
    Fields: Resource,
    IncomingRequest: Resource,
    OutgoingResponse: class {
      body(): OutgoingBody {
        return new OutgoingBody()
      }
    },
    ResponseOutparam: Outparam,
    OutgoingBody,
  },
  'wasi:io/streams': { OutputStream },
}
