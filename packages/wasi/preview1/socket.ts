import { HostError } from '../host/errors.js'
import { answer } from './errno.js'
import type { Guest } from './guest.js'

/** `sock_*`: EBADF, or ENOTSOCK, because no descriptor of a guest is a socket. */
export function socketFunctions({ descriptors }: Guest) {
  const refuse = answer((fd: number) => {
    descriptors.get(fd, 0)
    throw new HostError('ENOTSOCK')
  })
  return { sock_accept: refuse, sock_recv: refuse, sock_send: refuse, sock_shutdown: refuse }
}
