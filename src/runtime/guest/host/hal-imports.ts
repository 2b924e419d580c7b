import type { ModuleImport } from '@proplet/component/wasm/scan.js'
import { quote } from '@proplet/component/units.js'
import type { Preview2Imports } from '@proplet/wasi/preview2.js'
import type { HalGrant } from '../../hal/calls.js'
import type { RawImports } from '../hal/raw/raw.js'
import { hal } from './component-parts.js'
import { TaskFailure } from '../call/failure.js'
import type { EngineComponent } from './instantiate.js'
import type { Session } from '../call/session.js'

const HAL = /^elastic:hal\//
const VERSION = /@0\.1\.\d+$/
const COMMUNICATION = /^elastic:hal\/communication@/
const RAW_HAL = /^elastic:tee-hal\//

type Granted = Pick<Session, 'boot' | 'link'>

function grantFor(wanted: string, { boot }: Granted): HalGrant {
  if (boot.hal !== undefined) return boot.hal
  throw new TaskFailure(
    'unsupported',
    `${quote(wanted, 120)} is imported, but the hardware abstraction layer is off: PROPLET_HAL_ENABLED=true turns it on for the embedded runtime`,
  )
}

/** The grant comes first: not every build has the part that is loaded for the services. */
function servicesFor(wanted: string, session: Granted) {
  const grant = grantFor(wanted, session)
  return hal().createServices(grant, session.link)
}

/** `elastic:hal` for one instance of a component; undefined if it does not import it. */
export function halOf(
  { imports }: Pick<EngineComponent, 'imports'>,
  session: Granted,
): Preview2Imports | undefined {
  const wanted = imports.filter((each) => HAL.test(each.interface))
  const [first] = wanted
  if (first === undefined) return undefined
  const other = wanted.find((each) => !VERSION.test(each.interface))
  if (other !== undefined)
    throw new TaskFailure(
      'binary',
      `the component imports ${quote(other.interface, 120)}: expected version 0.1`,
    )
  const services = servicesFor(first.interface, session)
  if (wanted.some((each) => COMMUNICATION.test(each.interface))) services.communication.join()
  return hal().componentImports(services)
}

/** `elastic:tee-hal` for one instance of a core module; undefined if it does not import it. */
export function rawHalOf(imports: readonly ModuleImport[], session: Granted): RawImports | undefined {
  const wanted = imports.filter(({ module }) => RAW_HAL.test(module))
  const [first] = wanted
  if (first === undefined) return undefined
  const services = servicesFor(`${first.module}.${first.name}`, session)
  if (wanted.some(({ module }) => module.endsWith('/communication'))) services.communication.join()
  return hal().rawImports(services)
}
