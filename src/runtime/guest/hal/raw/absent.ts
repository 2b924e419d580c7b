import { failure } from '../../../hal/failure.js'
import type { RawInterface } from './interface.js'

const never = (): never => {
  throw failure('unsupported', 'not given to core modules')
}

/** As in the release with this form of the API: no sockets and no GPU. */
export const ABSENT: Readonly<Record<string, RawInterface>> = {
  sockets: {
    'create-socket': ['i', never],
    bind: ['liiii', never],
    connect: ['liiii', never],
    listen: ['li', never],
    accept: ['l', never],
    send: ['lii', never],
    receive: ['liii', never],
    close: ['l', () => 0],
  },
  gpu: {
    'list-adapters': ['ii', never],
    'get-adapter-info': ['lii', never],
    'create-device': ['l', never],
    'create-buffer': ['lili', never],
    'write-buffer': ['llii', never],
    'read-buffer': ['lllii', never],
    'create-compute-pipeline': ['lii', never],
    dispatch: ['lliii', never],
  },
}
