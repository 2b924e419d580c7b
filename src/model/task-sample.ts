/** The figures of a task at one time. What the host or the runtime does not tell is undefined. */
export type TaskSample = {
  /** Since the sample before, or the start; of one core: two busy threads make 200. */
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
