/** One sample of a task; undefined where the host or runtime does not report it. */
export type TaskSample = {
  /** Since the previous sample or the start, of one core: two busy threads give 200. */
  readonly cpuPercent: number | undefined
  readonly memoryBytes: number | undefined
  /** Of the machine's memory. */
  readonly memoryPercent: number | undefined
  /** Since the task began. */
  readonly diskReadBytes: number | undefined
  readonly diskWriteBytes: number | undefined
  readonly uptimeSeconds: number
  readonly threadCount: number | undefined
  readonly fileDescriptorCount: number | undefined
}
