import type { Specification } from './spec.js'

/** The flags that a proposal needs, as for wasmtime. */
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  sockets: ['-S', 'inherit-network', '-S', 'allow-ip-name-lookup'],
  http: ['-S', 'http'],
}
const SERVED = 'wasi:http/service'

const isServed = ({ world }: Specification): boolean => world === SERVED

/** The beginning of the command line. */
export function commandOf(spec: Specification): readonly string[] {
  const flags = (spec.proposals ?? []).flatMap((proposal) => FLAGS[proposal] ?? [])
  return isServed(spec) ? ['serve', '--addr', '127.0.0.1:0', ...flags] : ['run', ...flags]
}
