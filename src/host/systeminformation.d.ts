/** One of the files that systeminformation consists of; it comes with types for the whole only. */
declare module 'systeminformation/lib/memory.js' {
  export { mem } from 'systeminformation'
}
