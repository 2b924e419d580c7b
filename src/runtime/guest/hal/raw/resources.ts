import { RESOURCE_TYPES } from '../../../hal/calls.js'
import type { RawMemory } from '../memory.js'
import type { Services } from '../services.js'
import type { L, N, RawInterface } from './interface.js'
import { known } from './values.js'

export const rawResources = ({ resources }: Services, memory: RawMemory): RawInterface => ({
  allocate: [
    'iliiii',
    (type: N, amount: L, _priority: N, out: N, outLength: N, grantedAt: N) => {
      memory.check([out, 1], [outLength, 4], [grantedAt, 8])
      const { id, granted } = resources.allocate(known(RESOURCE_TYPES[type]), amount)
      memory.write(out, outLength, Buffer.from(id))
      memory.u64(grantedAt, granted)
      return 0
    },
  ],
  deallocate: ['ii', (p: N, n: N) => resources.deallocate(memory.text(p, n))],
  'query-available': [
    'ii',
    (type: N, at: N) => memory.u64(at, resources.available(known(RESOURCE_TYPES[type]))),
  ],
})
