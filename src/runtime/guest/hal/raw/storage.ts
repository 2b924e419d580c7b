import type { RawMemory } from '../memory.js'
import type { Services } from '../services.js'
import type { L, N, RawInterface } from './interface.js'
import { writeJson } from './values.js'

export const rawStorage = ({ storage }: Services, memory: RawMemory): RawInterface => {
  const open = (p: N, n: N, handle: N) => {
    memory.check([handle, 8])
    memory.u64(handle, storage.open(memory.text(p, n)))
    return 0
  }
  return {
    'create-container': ['iii', open],
    'open-container': ['iii', open],
    'delete-container': ['l', (container: L) => storage.deleteContainer(container)],
    'store-object': [
      'liiiii',
      (container: L, key: N, keyLength: N, p: N, n: N, object: N) => {
        memory.check([object, 8])
        memory.u64(object, storage.store(container, memory.text(key, keyLength), memory.read(p, n)))
        return 0
      },
    ],
    'retrieve-object': [
      'liiii',
      (container: L, key: N, keyLength: N, out: N, outLength: N) =>
        memory.write(out, outLength, storage.retrieve(container, memory.text(key, keyLength))),
    ],
    'delete-object': [
      'lii',
      (container: L, key: N, keyLength: N) => storage.delete(container, memory.text(key, keyLength)),
    ],
    'list-objects': [
      'lii',
      (container: L, out: N, outLength: N) => writeJson(memory, out, outLength, storage.list(container)),
    ],
    'get-metadata': [
      'liiii',
      (container: L, key: N, keyLength: N, out: N, outLength: N) => {
        const { size } = storage.metadata(container, memory.text(key, keyLength))
        return writeJson(memory, out, outLength, { size, content_type: 'application/octet-stream' })
      },
    ],
  }
}
