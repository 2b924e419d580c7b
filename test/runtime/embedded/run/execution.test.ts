import { describe, expect, it } from 'vitest'
import { Execution } from '../../../../src/runtime/embedded/run/execution.js'
import type { GuestFate } from '../../../../src/runtime/embedded/guests/fate.js'
import { DEAF, type Guest, type GuestListener } from '../../../../src/runtime/embedded/guests/guest.js'
import { ModuleLedger } from '../../../../src/runtime/embedded/guests/module-ledger.js'
import { Watchdog } from '../../../../src/runtime/embedded/run/watchdog.js'
import type { Outcome } from '../../../../src/model/outcome.js'
import type { FromGuest } from '../../../../src/runtime/guest/channel/protocol.js'
import type { RunEvent } from '../../../../src/model/runtime.js'
import { add, request } from '../harness.js'

/** A guest whose messages the test sends, in orders that a real child would never produce. */
class ScriptedGuest implements Guest {
  readonly pid = undefined
  listener: GuestListener = DEAF
  isKilled = false

  counters(): undefined {
    // It has no process.
  }
  residentBytes(): undefined {
    return undefined
  }

  figures(): undefined {}
  listen(listener: GuestListener): void {
    this.listener = listener
  }
  post(): void {
    // The test decides what it does.
  }
  holdOutput(): void {
    // The test decides when its output arrives.
  }
  kill(): void {
    this.isKilled = true
  }
}

function execute(daemon = false) {
  const guest = new ScriptedGuest()
  const events: RunEvent[] = []
  const ends: { outcome: Outcome; fate: GuestFate }[] = []
  const handedOver: boolean[] = []
  const modules = new ModuleLedger()
  const limits = { timeoutMs: 0, memoryMaxBytes: 65_536, outputMaxBytes: 10 }
  const execution = new Execution(guest, request({ ...add, daemon }), limits, {
    modules,
    watchdog: new Watchdog(),
    network: { rules: [], tls: { ca: undefined, verify: true } },
    hooks: {
      event: (event) => events.push(event),
      ended: (outcome, _runMs, fate) => ends.push({ outcome, fate }),
      serving: () => handedOver.push(true),
    },
  })
  const say = (message: FromGuest) => guest.listener.message(message)
  const write = (text: string) => guest.listener.output('stdout', Buffer.from(text))
  const die = (signal: string | undefined, how = 'died') => guest.listener.closed({ how, signal })
  return { execution, guest, events, ends, handedOver, modules, say, write, die }
}

const done: FromGuest = {
  type: 'done',
  end: { kind: 'printed' },
  stdoutBytes: 3,
  stderrBytes: 0,
  thenReady: false,
}

describe('an execution', () => {
  it('waits for output that was announced', () => {
    const { ends, say, write } = execute()
    say({ type: 'started', compileMs: 1 })
    say(done)
    write('ab')
    expect(ends).toStrictEqual([])
    write('c')
    expect(ends).toStrictEqual([{ outcome: { kind: 'completed', results: 'abc' }, fate: 'reuse' }])
  })

  it('remembers that the guest has cleaned up while output is still on its way', () => {
    const { ends, say, write } = execute()
    say({ ...done, thenReady: true })
    say({ type: 'ready' })
    write('abc')
    expect(ends[0]?.fate).toBe('settled')
    const later = execute()
    later.say({ ...done, thenReady: true, stdoutBytes: 0 })
    expect(later.ends[0]?.fate).toBe('settling')
  })

  it('ends a guest that announces output and never sends it, when it is stopped', () => {
    const { execution, guest, ends, say, die } = execute()
    say(done)
    execution.stop('stopped')
    expect(guest.isKilled).toBe(true)
    die('SIGKILL')
    expect(ends).toStrictEqual([{ outcome: { kind: 'completed', results: '' }, fate: 'gone' }])
  })

  it('keeps the first reason to end, and ends once', () => {
    const { execution, ends, say, write, die } = execute()
    execution.stop('stopped')
    execution.stop('shutdown')
    say(done)
    write('abc')
    expect(ends).toStrictEqual([])
    die('SIGKILL')
    expect(ends).toStrictEqual([{ outcome: { kind: 'stopped', results: 'abc' }, fate: 'gone' }])
    execution.stop('shutdown')
    expect(ends).toHaveLength(1)
  })

  it('ends a child that writes more than its limit although it should have kept it', () => {
    const { guest, ends, write, die } = execute()
    write('x'.repeat(11))
    expect(guest.isKilled).toBe(true)
    die('SIGKILL')
    expect(ends[0]?.outcome).toStrictEqual({
      kind: 'failed',
      code: 'output',
      error: 'output limit of 10 bytes exceeded on stdout',
      results: 'x'.repeat(10),
    })
  })

  it('accepts `started` and a warning only once', () => {
    const { events, modules, say } = execute()
    for (let time = 0; time < 3; time += 1) {
      say({ type: 'warning', message: 'x' })
      say({ type: 'started', compileMs: 1 })
    }
    expect(events.map(({ type }) => type)).toStrictEqual(['warning', 'started'])
    expect(modules.has(add.binary.digest)).toBe(true)
  })

  it.each([
    ['SIGKILL', '', 'memory', /most likely because the machine ran out of memory/],
    [
      'SIGABRT',
      'FATAL ERROR: Reached heap limit',
      'memory',
      /memory outside the linear memory, such as tables, is used up/,
    ],
    ['SIGILL', 'Fatal process out of memory: Zone', 'memory', /used up/],
    ['SIGSEGV', '', 'runtime', /^the guest died$/],
  ])('reports a death by %s after "%s"', (signal, stderr, code, error) => {
    const { guest, ends, die } = execute(true)
    guest.listener.output('stderr', Buffer.from(stderr))
    die(signal)
    expect(ends[0]).toMatchObject({
      fate: 'gone',
      outcome: { code, error: expect.stringMatching(error) as string },
    })
  })
})
