/** The numbers of system calls, and the name of the architecture in audits (`linux/audit.h`). */
type Architecture = {
  readonly audit: number
  readonly denied: readonly number[]
  readonly ioctl: number
  /** Numbers from here on are those of another ABI of the same architecture. */
  readonly otherAbi: number | undefined
}

/** io_uring can do what the other calls are denied for. */
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

/** Of `struct seccomp_data`; the lower half of the second argument, where the lower half comes first. */
const AT = { number: 0, architecture: 4, secondArgument: 24 } as const
/** Of `linux/bpf_common.h`: load a word, jump if equal, jump if at least, and with a constant, return. */
const OP = { load: 0x20, and: 0x54, ifEqual: 0x15, ifAtLeast: 0x35, return: 0x06 } as const
const RESULT = { kill: 0x80000000, refuse: 0x00050001, allow: 0x7fff0000 } as const
/** The requests of ioctl that concern sockets begin with this byte. */
const SOCKET_REQUESTS = 0x8900
const SECOND_BYTE = 0xff00

type Instruction = readonly [code: number, whenTrue: number, whenFalse: number, operand: number]

/**
 * A program for seccomp(2): its process can read, write and close the connections that it is handed, but open none, and connect
 * none elsewhere; what it tries fails with EPERM. Undefined: the numbers of this architecture are not known here.
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

/** `struct sock_filter`; both architectures have the lower byte first. */
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
