import { attest } from '../attestation.js'
import type { RawMemory } from '../memory.js'
import type { Services } from '../services.js'
import type { N, RawInterface } from './interface.js'
import { writeJson } from './values.js'

export const rawPlatform = ({ grant, daemon }: Services, memory: RawMemory): RawInterface => ({
  attestation: [
    'iiii',
    (p: N, n: N, out: N, outLength: N) =>
      memory.write(out, outLength, attest(daemon, memory.read(p, Math.min(n, 65)))),
  ],
  'platform-info': [
    'ii',
    (out: N, outLength: N) =>
      writeJson(memory, out, outLength, {
        platform_type: grant.platform.type,
        version: grant.platform.version,
        attestation_support: grant.attests,
      }),
  ],
})
