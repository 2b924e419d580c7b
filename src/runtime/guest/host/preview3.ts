// An entry of the build: see GUEST_PARTS in host/entries.ts.
import type { HostWork } from '@proplet/component/link/async/work.js'
import type { Preview2Imports } from '@proplet/wasi/preview2.js'
import { http3Imports } from '@proplet/wasi/preview3/http/index.js'
import { sockets3Imports } from '@proplet/wasi/preview3/sockets/index.js'
import type { GuestNetwork } from './network.js'

export { createPreview3 } from '@proplet/wasi/preview3.js'

/** `wasi:http` and `wasi:sockets` of WASI 0.3. */
export const network3Imports = (work: HostWork, { outgoing, network }: GuestNetwork): Preview2Imports => ({
  ...http3Imports(work, outgoing),
  ...sockets3Imports(work, network),
})
