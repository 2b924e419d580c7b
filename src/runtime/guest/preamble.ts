import { TaskFailure } from './failure.js'

/** `\0asm`, version and layer. */
const PREAMBLE_BYTES = 8
const MAGIC = 0x6d736100
const CORE = 0x00000001
const COMPONENT_LAYER = 1

/** Refuses everything but a core module of version 1, by its first eight bytes. */
export function checkPreamble(binary: Uint8Array): void {
  if (binary.length < PREAMBLE_BYTES) {
    throw new TaskFailure('binary', `not a WebAssembly binary: ${binary.length} bytes, a preamble has 8`)
  }
  const view = new DataView(binary.buffer, binary.byteOffset, PREAMBLE_BYTES)
  if (view.getUint32(0, true) !== MAGIC) {
    throw new TaskFailure('binary', 'not a WebAssembly binary: it does not begin with \\0asm')
  }
  if (view.getUint16(6, true) === COMPONENT_LAYER) {
    throw new TaskFailure('unsupported', 'a component of WebAssembly is not supported yet by this runtime')
  }
  const version = view.getUint32(4, true)
  if (version !== CORE) {
    throw new TaskFailure(
      'binary',
      `not a WebAssembly binary of version 1: version field 0x${version.toString(16)}`,
    )
  }
}
