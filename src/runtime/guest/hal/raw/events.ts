import { EVENT_TYPES } from '../../../hal/calls.js'
import type { RawMemory } from '../memory.js'
import type { Services } from '../services.js'
import type { L, N, RawInterface } from './interface.js'
import { hex, known, writeJson } from './values.js'

export const rawEvents = ({ events }: Services, memory: RawMemory): RawInterface => ({
  subscribe: [
    'ii',
    (type: N, at: N) => {
      memory.check([at, 8])
      memory.u64(at, events.subscribe(known(EVENT_TYPES[type])))
      return 0
    },
  ],
  unsubscribe: ['l', (handle: L) => events.unsubscribe(handle)],
  'poll-events': [
    'lii',
    (handle: L, out: N, outLength: N) => {
      memory.check([out, 2], [outLength, 4])
      const list = events.poll(handle).map(({ type, timestamp, payload }) => ({
        event_type: type,
        timestamp,
        payload: hex(Buffer.from(payload)),
      }))
      return writeJson(memory, out, outLength, list)
    },
  ],
})
