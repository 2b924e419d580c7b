import type { RunMessage } from '../guest/protocol.js'
import type { RunRequest } from '../runtime.js'
import type { Guest } from './guest.js'
import type { ModuleLedger } from './module-ledger.js'

/**
 * Sends a task to a guest, its module in the way that this guest needs. Returns what to call when the guest says
 * `started`.
 * @param outputMaxBytes of stdout and of stderr, each; null: without limit
 */
export function postRun(
  guest: Guest,
  modules: ModuleLedger,
  { binary, name, inputs, cliArgs, env, compileOnly }: RunRequest,
  outputMaxBytes: number | null,
): () => void {
  const { digest, content, size } = binary
  const { isKept, keep, evict } = modules.plan(digest, size)
  const run: Omit<RunMessage, 'module'> = {
    type: 'run',
    name,
    inputs,
    cliArgs,
    env,
    keep,
    evict,
    outputMaxBytes,
    ...(compileOnly && { compileOnly }),
  }
  if (isKept) guest.post({ ...run, module: { digest, from: 'kept' } })
  else if ('path' in content) guest.post({ ...run, module: { digest, from: 'file', path: content.path } })
  else guest.post({ ...run, module: { digest, from: 'body' } }, content.bytes)
  return () => {
    if (keep) modules.kept(digest, size)
  }
}
