/** One file of systeminformation, whose types cover only the whole package. */
declare module 'systeminformation/lib/memory.js' {
  export { mem } from 'systeminformation'
}
