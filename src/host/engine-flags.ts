import { setFlagsFromString } from 'node:v8'
import { HEAP_FLAGS } from './heap-flags.js'
import { optimizerFlags } from './optimizer-flags.js'

// Imported first, by the daemon only, so that they hold for all that is loaded after it.
for (const flag of [...HEAP_FLAGS, ...optimizerFlags()]) setFlagsFromString(flag)
