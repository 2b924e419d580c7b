import { describe, expect, it } from 'vitest'
import { HostError, type HostErrorCode } from '../../host/errors.js'
import { answer } from '../../preview2/error-code.js'
import { refusal } from './sandbox.js'

/** `error-code` of wasi:filesystem/types in its order, with the POSIX names from its documentation. */
const documented: Readonly<Record<string, HostErrorCode>> = {
  access: 'EACCES',
  'would-block': 'EAGAIN',
  already: 'EALREADY',
  'bad-descriptor': 'EBADF',
  busy: 'EBUSY',
  deadlock: 'EDEADLK',
  quota: 'EDQUOT',
  exist: 'EEXIST',
  'file-too-large': 'EFBIG',
  'illegal-byte-sequence': 'EILSEQ',
  'in-progress': 'EINPROGRESS',
  interrupted: 'EINTR',
  invalid: 'EINVAL',
  io: 'EIO',
  'is-directory': 'EISDIR',
  loop: 'ELOOP',
  'too-many-links': 'EMLINK',
  'message-size': 'EMSGSIZE',
  'name-too-long': 'ENAMETOOLONG',
  'no-device': 'ENODEV',
  'no-entry': 'ENOENT',
  'no-lock': 'ENOLCK',
  'insufficient-memory': 'ENOMEM',
  'insufficient-space': 'ENOSPC',
  'not-directory': 'ENOTDIR',
  'not-empty': 'ENOTEMPTY',
  'not-recoverable': 'ENOTRECOVERABLE',
  unsupported: 'ENOTSUP',
  'no-tty': 'ENOTTY',
  'no-such-device': 'ENXIO',
  overflow: 'EOVERFLOW',
  'not-permitted': 'EPERM',
  pipe: 'EPIPE',
  'read-only': 'EROFS',
  'invalid-seek': 'ESPIPE',
  'text-file-busy': 'ETXTBSY',
  'cross-device': 'EXDEV',
}

describe('an error of the file system', () => {
  it.each(Object.entries(documented))('is reported as %s: %s', (name, code) => {
    const refuse = () =>
      answer(() => {
        throw new HostError(code)
      })
    expect(refusal(refuse)).toBe(name)
  })

  it('of any other kind passes through', () => {
    const bug = new TypeError('a bug')
    const fail = () =>
      answer(() => {
        throw bug
      })
    expect(fail).toThrow(bug)
  })
})
