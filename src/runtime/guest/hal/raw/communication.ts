import type { RawMemory } from '../memory.js'
import type { Services } from '../services.js'
import type { N, RawInterface } from './interface.js'
import { hex, writeJson } from './values.js'

export const rawCommunication = ({ communication }: Services, memory: RawMemory): RawInterface => ({
  'send-message': [
    'iiiiii',
    (to: N, toLength: N, p: N, n: N, isEncrypted: N, at: N) => {
      memory.check([at, 8])
      const recipient = memory.text(to, toLength)
      memory.u64(at, communication.send(recipient, memory.read(p, n), isEncrypted !== 0))
      return 0
    },
  ],
  'receive-message': [
    'ii',
    (out: N, outLength: N) => {
      memory.check([out, 4], [outLength, 4])
      const message = communication.receive()
      return writeJson(memory, out, outLength, message ? { ...message, payload: hex(message.payload) } : null)
    },
  ],
  'list-workloads': [
    'ii',
    (out: N, outLength: N) => writeJson(memory, out, outLength, communication.workloads()),
  ],
})
