import { describe, expect, it } from 'vitest'
import { socketFilter } from '../../../src/host/sandbox/socket-filter.js'

const X64 = 0xc000003e
const ARM64 = 0xc00000b7

type Call = { readonly number: number; readonly audit: number; readonly args?: readonly number[] }

/** Runs the program over `struct seccomp_data`, as the kernel does, and returns its decision. */
function decide(program: Uint8Array, { number, audit, args = [] }: Call): string {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength)
  const data = new DataView(new ArrayBuffer(64))
  data.setUint32(0, number, true)
  data.setUint32(4, audit, true)
  args.forEach((arg, index) => data.setUint32(16 + 8 * index, arg, true))
  let word = 0
  for (let at = 0; at < program.length; at += 8) {
    const operand = view.getUint32(at + 4, true)
    const jump = (isTrue: boolean) => (at += 8 * view.getUint8(at + (isTrue ? 2 : 3)))
    switch (view.getUint16(at, true)) {
      case 0x20:
        word = data.getUint32(operand, true)
        break
      case 0x54:
        word = (word & operand) >>> 0
        break
      case 0x15:
        jump(word === operand)
        break
      case 0x35:
        jump(word >= operand)
        break
      case 0x06:
        return operand.toString(16)
      default:
        throw new Error('an unexpected instruction')
    }
  }
  throw new Error('the program does not return')
}

const ALLOW = '7fff0000'
const EPERM = '50001'
const KILL = '80000000'

describe.each([
  {
    architecture: 'x64',
    audit: X64,
    other: ARM64,
    sockets: [41, 42, 43, 44, 46, 49, 50, 288, 307, 425, 426, 427],
    // read, write, close, rt_sigaction, readv, writev, recvmsg, shutdown, socketpair, futex, epoll_wait
    plain: [0, 1, 3, 13, 19, 20, 47, 48, 53, 202, 232],
    ioctl: 16,
  },
  {
    architecture: 'arm64',
    audit: ARM64,
    other: X64,
    sockets: [198, 200, 201, 202, 203, 206, 211, 242, 269, 425, 426, 427],
    // close, read, write, futex, rt_sigaction, socketpair, shutdown, recvmsg
    plain: [57, 63, 64, 98, 134, 199, 210, 212],
    ioctl: 29,
  },
])('the socket filter on $architecture', ({ architecture, audit, other, sockets, plain, ioctl }) => {
  const program = socketFilter(architecture) ?? new Uint8Array()
  const decided = (number: number, args?: number[]) =>
    decide(program, { number, audit, ...(args && { args }) })

  it('refuses calls that open, connect or listen, and allows those that serve a connection', () => {
    expect(sockets.map((number) => decided(number))).toStrictEqual(sockets.map(() => EPERM))
    expect(plain.map((number) => decided(number))).toStrictEqual(plain.map(() => ALLOW))
  })

  it('refuses ioctl requests for sockets', () => {
    // SIOCGSKNS, SIOCGIFCONF, SIOCGIWESSID
    for (const request of [0x894c, 0x8912, 0x8b1b]) expect(decided(ioctl, [5, request])).toBe(EPERM)
    expect([0x5401, 0x5421, 0x541b].map((request) => decided(ioctl, [5, request]))).toStrictEqual([
      ALLOW,
      ALLOW,
      ALLOW,
    ])
  })

  it('kills a process that uses the calls of another architecture, which have other numbers', () => {
    expect(decide(program, { number: 1, audit: other })).toBe(KILL)
    expect(decide(program, { number: 1, audit: 0x40000003 })).toBe(KILL)
  })
})

it('kills a process that uses the x32 ABI', () => {
  const program = socketFilter('x64') ?? new Uint8Array()
  expect(decide(program, { number: 0x40000000 + 41, audit: X64 })).toBe(KILL)
})

it('there is no filter for other architectures', () => {
  expect(['ia32', 'riscv64', 'toString'].map((each) => socketFilter(each))).toStrictEqual([
    undefined,
    undefined,
    undefined,
  ])
})
