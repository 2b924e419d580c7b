import { TaskFailure } from '../call/failure.js'
import type { LoadedModule } from './modules.js'
import type { GuestCall } from '../call/session.js'

/** The end of a task that only compiles. Refuses what could not be invoked afterwards. */
export function precompiled(loaded: LoadedModule): GuestCall {
  if (loaded.layer === 'component' && loaded.prepared.description.kind === 'http') {
    throw new TaskFailure(
      'unsupported',
      'a component that serves HTTP (it exports wasi:http/incoming-handler) cannot be invoked: do not start it as a latent task',
    )
  }
  return () => ({ kind: 'printed' })
}
