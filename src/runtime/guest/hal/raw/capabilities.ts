import { capabilitiesOf, CAPABILITY_VERSION, hasCapability } from '../platform.js'
import type { RawMemory } from '../memory.js'
import type { Services } from '../services.js'
import type { N, RawInterface } from './interface.js'
import { writeJson } from './values.js'

export const rawCapabilities = ({ grant }: Services, memory: RawMemory): RawInterface => ({
  'list-capabilities': [
    'ii',
    (out: N, outLength: N) =>
      writeJson(
        memory,
        out,
        outLength,
        capabilitiesOf(grant).map(({ name, isSupported }) => ({
          feature_name: name,
          supported: isSupported,
          version: CAPABILITY_VERSION,
        })),
      ),
  ],
  'has-capability': ['ii', (p: N, n: N) => (hasCapability(grant, memory.text(p, n)) ? 1 : 0)],
})
