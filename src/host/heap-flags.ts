/**
 * Flags of V8 for the daemon. With the first it does not keep what it once took: 168 MB resident after 10,000 tasks, of which 24 are in
 * use; with it that goes back to 81 MB. It costs a quarter more processor time a task (0.75 ms, not 0.58), and seven times the scavenges'
 * time in a large fetch (16 ms for 10 MB, not 2.3). So it is cleared while tasks are dense, see `heap-balance.ts`.
 *
 * The second is the time after which V8 begins to give memory back, bit by bit as it marks: with it Node.js 26 has done so 8 s after a burst, as
 * older versions have by themselves, instead of 30 s.
 */
export const HEAP_FLAGS = ['--optimize-for-size', '--gc-memory-reducer-start-delay-ms=1000'] as const
