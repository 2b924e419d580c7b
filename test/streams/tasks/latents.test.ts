import { map, type Observable } from 'rxjs'
import { describe, it } from 'vitest'
import type { TaskEvent } from '../../../src/model/task-event.js'
import { COMPILE_WAIT_MS, createLatents, type Latents } from '../../../src/streams/tasks/latents.js'
import { marbles } from '../../support/marbles.js'
import { binary, endOf, failed, start, stopped } from '../../support/model.js'

const source = { type: 'image', image: 'img' } as const
const latent = start('t', { latent: true, source })
const other = start('t', { latent: true, source, name: 'other' })
const inline = start('t', { latent: true, source: { type: 'inline', base64: 'AAAAAA==' } })

const events: Record<string, TaskEvent> = {
  a: { type: 'accepted', id: 't', start: latent },
  f: { type: 'fetched', id: 't', binary: binary('wasm'), from: 'command' },
  g: { type: 'fetched', id: 't', binary: binary('newer'), from: 'command' },
  p: { type: 'precompiled', id: 't' },
  k: endOf('t', stopped()),
  x: endOf('t', failed('binary', 'not a module')),
  d: endOf('t', failed('shutdown', 'interrupted')),
  o: endOf('t', failed('overloaded', 'task refused: latent tasks would hold more than 8 bytes')),
}

const unknown = new Error('task t has not been precompiled; deploy it as a latent task first')

/** The name of the export and the binary that were found, abbreviated. */
const found = ({ find }: Latents): Observable<string> =>
  find('t').pipe(map(({ start: { name }, binary: { digest } }) => `${name} ${digest}`))

const values = { w: 'add sha256:wasm', n: 'other sha256:newer' }

describe('latents', () => {
  it(
    'are found from their compilation to their end',
    marbles((m) => {
      const latents = createLatents({ maxBytes: 8, clock: m.scheduler })
      const task = m.cold('  a-f-p---(k|)', events)
      m.expect(latents.register(latent, task)).toBeObservable('a-f-p---(k|)', events)
      m.expect(task).toHaveSubscriptions('^-------!')
      m.expect(found(latents), '------^').toBeObservable('------(w|)', values)
      m.expect(found(latents), '---------^').toBeObservable('---------#', values, unknown)
    }),
  )

  it(
    'are waited for while they are fetched and compiled',
    marbles((m) => {
      const latents = createLatents({ maxBytes: 8, clock: m.scheduler })
      const task = m.cold('a-f-p', events)
      m.expect(latents.register(latent, task)).toBeObservable('a-f-p', events)
      m.expect(found(latents)).toBeObservable('----(w|)', values)
      m.expect(latents.find('nobody')).toBeObservable(
        '#',
        {},
        new Error('task nobody has not been precompiled; deploy it as a latent task first'),
      )
    }),
  )

  it(
    'are waited for a limited time, or until unsubscription',
    marbles((m) => {
      const latents = createLatents({ maxBytes: 8, clock: m.scheduler })
      m.expect(latents.register(latent, m.cold('a-f', events))).toBeObservable('a-f', events)
      const slow = new Error('task t is still being fetched or compiled')
      m.expect(found(latents)).toBeObservable(`${COMPILE_WAIT_MS}ms #`, values, slow)
      m.expect(found(latents), '^--!').toBeObservable('---', values)
    }),
  )

  it(
    'that fail answer waiting invocations; a stop and a shutdown reach them independently',
    marbles((m) => {
      const failing = createLatents({ maxBytes: 8, clock: m.scheduler })
      const ending = createLatents({ maxBytes: 8, clock: m.scheduler })
      const why = new Error('the latent task failed: not a module')
      m.expect(failing.register(latent, m.cold('a-f-(x|)', events))).toBeObservable('a-f-(x|)', events)
      m.expect(found(failing)).toBeObservable('----#', values, why)
      m.expect(ending.register(latent, m.cold('a-(d|)', events))).toBeObservable('a-(d|)', events)
      m.expect(found(ending), '^---!').toBeObservable('----', values)
    }),
  )

  it(
    'are gone on unsubscription, and the latest of an ID counts',
    marbles((m) => {
      const latents = createLatents({ maxBytes: 9, clock: m.scheduler })
      const first = latents.register(latent, m.cold('(afp)', events))
      const second = latents.register(other, m.cold('-g-p', events))
      m.expect(first, '       ^-----!').toBeObservable('(afp)', events)
      m.expect(found(latents), '-^').toBeObservable('-(w|)', values)
      m.expect(second, '      ---^-----------!').toBeObservable('----g-p', events)
      // A caller during the compilation of the second gets that one, not the first.
      m.expect(found(latents), '-----^').toBeObservable('------(n|)', values)
      m.expect(found(latents), '---------^').toBeObservable('---------(n|)', values)
      m.expect(found(latents), '----------------^').toBeObservable('----------------#', values, unknown)
    }),
  )

  it(
    'hold no more bytes than allowed, and release them',
    marbles((m) => {
      const latents = createLatents({ maxBytes: 8, clock: m.scheduler })
      const task = m.cold('f-p', events)
      const late = m.cold('g-p', events)
      m.expect(latents.register(latent, task), '^-------!').toBeObservable('f-p', events)
      m.expect(latents.register(other, late), ' ---^').toBeObservable('     ---(o|)', events)
      m.expect(latents.register(other, late), ' ---------^').toBeObservable('---------g-p', events)
      m.expect(late).toHaveSubscriptions(['---(^!)', '---------^'])
      const counted = createLatents({ maxBytes: 8, clock: m.scheduler })
      m.expect(counted.register(inline, task)).toBeObservable('(o|)', events)
    }),
  )

  it(
    'pass on silent, empty and immediately ended tasks',
    marbles((m) => {
      const latents = createLatents({ maxBytes: 8, clock: m.scheduler })
      m.expect(latents.register(latent, m.cold('|'))).toBeObservable('|')
      m.expect(latents.register(latent, m.cold('-'))).toBeObservable('-')
      m.expect(latents.register(latent, m.cold<TaskEvent>('---|'))).toBeObservable('---|')
    }),
  )
})
