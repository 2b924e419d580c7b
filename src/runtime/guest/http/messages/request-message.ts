import { isForbidden } from '../../../../net/hop-by-hop.js'
import type { RequestMessage } from '../../channel/protocol.js'
import { pairsOf } from './fields.js'
import type { Target } from './target.js'

type Incoming = { readonly method?: string | undefined; readonly rawHeaders: readonly string[] }

/** What a guest is asked, of a request that came over HTTP. */
export const requestMessage = (
  { method = 'GET', rawHeaders }: Incoming,
  { authority, path }: Target,
  hasBody: boolean,
): RequestMessage => ({
  type: 'request',
  method,
  scheme: 'http',
  authority,
  path,
  headers: pairsOf(rawHeaders).filter(([name]) => !isForbidden(name)),
  hasBody,
})
