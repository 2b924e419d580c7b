import type { ModuleSource, RunMessage } from '../../guest/channel/protocol.js'
import type { RunRequest } from '../../../model/runtime.js'
import type { Guest } from '../guests/guest.js'
import { splitEnv } from './long-env.js'
import type { ModuleLedger } from '../guests/module-ledger.js'

/**
 * Sends a task to a guest, with its module in the form that this guest needs. Returns a function to call when the guest reports
 * `started`.
 * @param outputMaxBytes maximum of stdout and of stderr, each; null for no limit
 */
export function postRun(
  guest: Guest,
  modules: ModuleLedger,
  { binary, name, inputs, cliArgs, env, compileOnly }: RunRequest,
  outputMaxBytes: number | null,
): () => void {
  const { digest, content, size } = binary
  const { isKept, keep, evict } = modules.plan(digest, size)
  const { short, long, bodyWith } = splitEnv(env)
  const run: Omit<RunMessage, 'module'> = {
    type: 'run',
    name,
    inputs,
    cliArgs,
    env: short,
    ...(long.length > 0 && { longEnv: long }),
    keep,
    evict,
    outputMaxBytes,
    ...(compileOnly && { compileOnly }),
  }
  const post = (module: ModuleSource, bytes?: Uint8Array) => guest.post({ ...run, module }, bodyWith(bytes))
  if (isKept) post({ digest, from: 'kept' })
  else if ('path' in content) post({ digest, from: 'file', path: content.path })
  else post({ digest, from: 'body' }, content.bytes)
  return () => {
    if (keep) modules.kept(digest, size)
  }
}
