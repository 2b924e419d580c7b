/** The system call numbers of an architecture, and its `AUDIT_ARCH` constant (`linux/audit.h`). */
type Architecture = {
  readonly audit: number
  readonly denied: readonly number[]
  readonly ioctl: number
  /** Numbers from here on belong to another ABI of the same architecture. */
  readonly otherAbi: number | undefined
}

/** io_uring_setup, io_uring_enter and io_uring_register, through which the denied calls could be made. */
const IO_URING = [425, 426, 427]

const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  x64: {
    audit: 0xc000003e,
    // socket, connect, accept, sendto, sendmsg, bind, listen, accept4, sendmmsg
    denied: [41, 42, 43, 44, 46, 49, 50, 288, 307, ...IO_URING],
    ioctl: 16,
    otherAbi: 0x40000000,
  },
  arm64: {
    audit: 0xc00000b7,
    // socket, bind, listen, accept, connect, sendto, sendmsg, accept4, sendmmsg
    denied: [198, 200, 201, 202, 203, 206, 211, 242, 269, ...IO_URING],
    ioctl: 29,
    otherAbi: undefined,
  },
}

/** Offsets in `struct seccomp_data`; for the second argument, of the lower half on a little-endian machine. */
const AT = { number: 0, architecture: 4, secondArgument: 24 } as const
/** Opcodes of `linux/bpf_common.h`: load a word, AND with a constant, jump if equal, jump if at least, return. */
const OP = { load: 0x20, and: 0x54, ifEqual: 0x15, ifAtLeast: 0x35, return: 0x06 } as const
const RESULT = { kill: 0x80000000, refuse: 0x00050001, allow: 0x7fff0000 } as const
/** ioctl requests for sockets are those from 0x8900 to 0x89ff; for wireless networks, from 0x8b00 to 0x8bff. */
const SOCKET_REQUESTS = 0x8900
/** Without the bit in which the two differ. */
const SECOND_BYTE = 0xfd00

type Instruction = readonly [code: number, whenTrue: number, whenFalse: number, operand: number]

/**
 * A program for seccomp(2). A process can read, write and close connections that it is handed, but calls that would open, connect,
 * bind or listen on a socket fail with EPERM; a call of another ABI kills the process. Undefined for an unlisted architecture.
 */
export function socketFilter(architecture: string = process.arch): Uint8Array | undefined {
  const known = Object.hasOwn(ARCHITECTURES, architecture) ? ARCHITECTURES[architecture] : undefined
  if (known === undefined) return undefined
  const { audit, denied, ioctl, otherAbi } = known
  const program: Instruction[] = [
    [OP.load, 0, 0, AT.architecture],
    [OP.ifEqual, 1, 0, audit],
    [OP.return, 0, 0, RESULT.kill],
    [OP.load, 0, 0, AT.number],
    ...(otherAbi === undefined
      ? []
      : ([
          [OP.ifAtLeast, 0, 1, otherAbi],
          [OP.return, 0, 0, RESULT.kill],
        ] as const)),
    ...denied.flatMap((number): Instruction[] => [
      [OP.ifEqual, 0, 1, number],
      [OP.return, 0, 0, RESULT.refuse],
    ]),
    [OP.ifEqual, 0, 4, ioctl],
    [OP.load, 0, 0, AT.secondArgument],
    [OP.and, 0, 0, SECOND_BYTE],
    [OP.ifEqual, 0, 1, SOCKET_REQUESTS],
    [OP.return, 0, 0, RESULT.refuse],
    [OP.return, 0, 0, RESULT.allow],
  ]
  return encode(program)
}

/** Encodes an array of `struct sock_filter`; both architectures are little-endian. */
function encode(program: readonly Instruction[]): Uint8Array {
  const bytes = Buffer.alloc(program.length * 8)
  program.forEach(([code, whenTrue, whenFalse, operand], index) => {
    const at = index * 8
    bytes.writeUInt16LE(code, at)
    bytes.writeUInt8(whenTrue, at + 2)
    bytes.writeUInt8(whenFalse, at + 3)
    bytes.writeUInt32LE(operand, at + 4)
  })
  return bytes
}
