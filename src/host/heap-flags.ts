/**
 * V8 flags for the daemon. The first makes V8 give memory back: 81 MB instead of 168 are resident after 10,000 tasks, of which 24
 * are in use. It costs a quarter more processor time per task (0.75 ms instead of 0.58), and scavenges during a large fetch take
 * seven times as long (16 ms instead of 2.3 for 10 MB). So it is cleared while tasks are dense, see `engine-flags.ts`.
 *
 * The second is the delay after which V8 begins to give memory back, in the course of incremental marking. With it, Node.js 26 is
 * done 8 s after a burst, like older versions without it, instead of 30 s.
 */
export const HEAP_FLAGS = ['--optimize-for-size', '--gc-memory-reducer-start-delay-ms=1000'] as const
