import { NEVER } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { TaskEvent } from '../../../src/model/task-event.js'
import type { RunRequest, StopReason } from '../../../src/model/runtime.js'
import type { ExecuteDeps } from '../../../src/streams/tasks/execute.js'
import { precompile } from '../../../src/streams/tasks/precompile.js'
import { createSlots } from '../../../src/streams/operators/slots.js'
import { marbles } from '../../support/marbles.js'
import { binary, completed, endOf, failed, start, stopped } from '../../support/model.js'
import { runEvents } from '../../support/runtime.js'

const latent = start('t', { receivedAt: 5, latent: true, daemon: true })
const wasm = binary('wasm')

const events: Record<string, TaskEvent> = {
  r: { type: 'running', id: 't' },
  s: { type: 'started', id: 't', compileMs: 1 },
  w: { type: 'warning', id: 't', message: 'fell back to main' },
  p: { type: 'precompiled', id: 't' },
  x: endOf('t', failed('trap', 'unreachable', 'so far'), { receivedAt: 5 }),
  b: endOf('t', failed('runtime', 'no child'), { receivedAt: 5 }),
  k: endOf('t', stopped(), { receivedAt: 5, announced: true }),
  d: endOf('t', completed(''), { receivedAt: 5, announced: true }),
}
const reasons: Record<string, StopReason> = { k: 'stopped', d: 'shutdown' }

const precompileWith = (run: ExecuteDeps['runtime']['run'], slots = 1) =>
  precompile({ runtime: { run }, slots: createSlots(slots) })

describe('precompile', () => {
  it(
    'compiles, and stays until it is stopped',
    marbles((m) => {
      const run = m.cold('   -s-(e|)', runEvents)
      const runSubs = '      ^--!'
      const stop$ = m.hot('  ---------k', reasons)
      const stopSubs = '     ---^-----!'
      const expected = '     rs-p-----(k|)'
      m.expect(precompileWith(() => run)(latent, wasm, stop$)).toBeObservable(expected, events)
      m.expect(run).toHaveSubscriptions(runSubs)
      m.expect(stop$).toHaveSubscriptions(stopSubs)
    }),
  )

  it(
    'frees its slot for others once it is compiled',
    marbles((m) => {
      const run = m.cold('   -s-(e|)', runEvents)
      const runSubs = ['     ^--!', '     ---^--!']
      const stage = precompileWith(() => run)
      m.expect(stage(latent, wasm, NEVER)).toBeObservable('rs-p', events)
      m.expect(stage(latent, wasm, NEVER)).toBeObservable('---rs-p', events)
      m.expect(run).toHaveSubscriptions(runSubs)
    }),
  )

  it(
    'ends without a failure at a shutdown: nothing was interrupted',
    marbles((m) => {
      const run = m.cold('  -s-(e|)', runEvents)
      const stop$ = m.hot(' ------d', reasons)
      const expected = '    rs-p--(d|)'
      m.expect(precompileWith(() => run)(latent, wasm, stop$)).toBeObservable(expected, events)
    }),
  )

  it(
    'ends when it cannot be compiled, or the runtime fails or throws',
    marbles((m) => {
      const failing = m.cold('-w-(x|)', runEvents)
      const broken = m.cold(' -#', runEvents, new Error('no child'))
      const throws = () => {
        throw new Error('no child')
      }
      m.expect(precompileWith(() => failing)(latent, wasm, NEVER)).toBeObservable('rw-(x|)', events)
      m.expect(precompileWith(() => broken)(latent, wasm, NEVER)).toBeObservable(' r(b|)', events)
      m.expect(precompileWith(throws)(latent, wasm, NEVER)).toBeObservable('       (rb|)', events)
    }),
  )

  it(
    'takes no slot after unsubscription, and releases one',
    marbles((m) => {
      const run = m.cold('   --s', runEvents)
      const runSubs = ['     ^---!', '     -----^--!']
      const stage = precompileWith(() => run)
      m.expect(stage(latent, wasm, NEVER), '^---!').toBeObservable('r-s', events)
      m.expect(stage(latent, wasm, NEVER), '-^-!').toBeObservable(' ---', events)
      m.expect(stage(latent, wasm, NEVER), '-----^--!').toBeObservable('-----r-s', events)
      m.expect(run).toHaveSubscriptions(runSubs)
    }),
  )

  it(
    'asks for a compilation only, and passes on the stop',
    marbles((m) => {
      const seen: RunRequest[] = []
      const stop$ = m.hot('--k', reasons)
      const stage = precompileWith((request, reason$) => {
        seen.push(request)
        m.expect(reason$).toBeObservable('--k', reasons)
        return NEVER
      })
      m.expect(stage(latent, wasm, stop$)).toBeObservable('r', events)
      m.flush()
      expect(seen).toMatchObject([{ id: 't', binary: wasm, daemon: false, compileOnly: true }])
    }),
  )
})
