import { isForbidden } from '../../../../net/hop-by-hop.js'
import type { HttpField, RequestMessage } from '../../channel/protocol.js'
import type { Target } from './target.js'

type Incoming = { readonly method?: string | undefined; readonly rawHeaders: readonly string[] }

/** The message to a guest about a request that arrived over HTTP. */
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
  headers: allowed(rawHeaders),
  hasBody,
})

function allowed(rawHeaders: readonly string[]): HttpField[] {
  const fields: HttpField[] = []
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase()
    if (!isForbidden(name)) fields.push([name, rawHeaders[i + 1] ?? ''])
  }
  return fields
}
