import type { HostWork } from '@proplet/component/link/async/work.js'
import { quote } from '@proplet/component/units.js'
import {
  createPreview2InTurn,
  shared,
  type Preview2Imports,
  type Preview2Options,
} from '@proplet/wasi/preview2.js'
import { loadPreview3, networking } from './component-parts.js'
import { TaskFailure } from '../call/failure.js'
import type { EngineComponent } from './instantiate.js'
import type { Link } from '../channel/link.js'

/** The imports of one instance of a component. */
export type ComponentHost = {
  readonly imports: Preview2Imports
  /** The WASI 0.3 of the component, passed to its instance. */
  readonly work: HostWork | undefined
  readonly close: () => void
}

/** Release candidates are named by date. */
const DRAFT = /^wasi:.*@0\.3\.0-rc-(\d{4}-\d\d-\d\d)/
const LAST_DRAFT = '2026-03-15'
const NETWORK = /^wasi:(?:sockets|http)\//

/** Provides WASI 0.2, WASI 0.3 if the component needs it, and the network if it imports it. */
export const hostOf = (
  prepared: Pick<EngineComponent, 'imports' | 'description'>,
  link: Link,
  options: Preview2Options,
): ComponentHost => hostsOf(prepared, link)(options)

/** The same for successive instances of one component. */
export function hostsOf(
  prepared: Pick<EngineComponent, 'imports' | 'description'>,
  link: Link,
): (options: Preview2Options) => ComponentHost {
  refuseDrafts(prepared)
  const usesNetwork = prepared.imports.some((each) => NETWORK.test(each.interface))
  const network = usesNetwork ? networking().networkOf(link) : undefined
  const imports2 = network === undefined ? NONE : networking().networkImports(network)
  if (!prepared.description.needsAsync) {
    const { imports, begin } = createPreview2InTurn({ ...shared, ...imports2 })
    return (options) => ({ imports, work: undefined, close: begin(options) })
  }
  const { createPreview3, network3Imports } = loadPreview3()
  return (options) => {
    const wasi = createPreview3(options)
    const { work } = wasi
    const imports3 = network === undefined ? NONE : network3Imports(work, network)
    return { imports: { ...wasi.imports, ...imports2, ...imports3 }, work, close: () => wasi.close() }
  }
}

const NONE: Preview2Imports = {}

/** In drafts before the last one, several interfaces have the same names but differ. */
function refuseDrafts({ imports }: Pick<EngineComponent, 'imports'>): void {
  const old = imports.find((each) => {
    const [, date] = DRAFT.exec(each.interface) ?? []
    return date !== undefined && date < LAST_DRAFT
  })
  if (old === undefined) return
  throw new TaskFailure(
    'unsupported',
    `the component imports ${quote(old.interface)}: only drafts of WASI 0.3 since ${LAST_DRAFT} are supported; build it for WASI 0.3.0`,
  )
}
