import type { Target } from '../target.js'
import { frames, packets } from './channels.js'
import { chunks } from './chunks.js'
import { codecs } from './codecs.js'
import { components } from './components.js'
import { confidential } from './confidential.js'
import { configuration } from './configuration.js'
import { http } from './http.js'
import { operators } from './operators.js'
import { wasm } from './wasm.js'
import { wave } from './wave.js'

/** The shares add up to a thousand. */
export const TARGETS: readonly Target[] = [
  codecs,
  chunks,
  wasm,
  components,
  wave,
  configuration,
  confidential,
  frames,
  packets,
  http,
  operators,
]

export const targetOf = (name: string): Target => {
  const found = TARGETS.find((target) => target.name === name)
  if (found !== undefined) return found
  throw new Error(`no target ${name}; there are ${TARGETS.map((target) => target.name).join(', ')}`)
}
