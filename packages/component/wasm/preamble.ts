import { ComponentError, notSupported } from '../error.js'
import { change } from '../remedy.js'

/** `\0asm`, version and layer. */
const PREAMBLE_BYTES = 8
const MAGIC = 0x6d736100
const CORE = 0x00000001
const COMPONENT = 0x0001000d
const OLDER_COMPONENT = 0x0001000a

/**
 * What a binary claims to be, by its first eight bytes.
 *
 * ```ts
 * if (moduleLayer(bytes) === 'component') prepareComponent(bytes, options)
 * ```
 */
export function moduleLayer(binary: Uint8Array): 'core' | 'component' {
  if (binary.length < PREAMBLE_BYTES) {
    throw new ComponentError('binary', `not a WebAssembly binary: ${binary.length} bytes, a preamble has 8`)
  }
  const view = new DataView(binary.buffer, binary.byteOffset, PREAMBLE_BYTES)
  if (view.getUint32(0, true) !== MAGIC) {
    throw new ComponentError('binary', 'not a WebAssembly binary: it does not begin with \\0asm')
  }
  const version = view.getUint32(4, true)
  if (version === CORE) return 'core'
  if (version === COMPONENT) return 'component'
  if (version === OLDER_COMPONENT) {
    throw notSupported(
      'a component of version 0x0a, from older tools; expected 0x0d',
      change('build it again with current tools'),
    )
  }
  throw new ComponentError(
    'binary',
    `not a WebAssembly binary of version 1 or a component: version field 0x${version.toString(16)}`,
  )
}
