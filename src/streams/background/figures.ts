import type { TaskSample } from '../../model/task-sample.js'
import type { Profile } from './profile.js'

/** A sample reduced to what the profile collects. */
export const applyProfile =
  ({ cpu, memory, diskIo, threads, fileDescriptors }: Profile) =>
  (sample: TaskSample): TaskSample => ({
    cpuPercent: cpu ? sample.cpuPercent : undefined,
    memoryBytes: memory ? sample.memoryBytes : undefined,
    memoryPercent: memory ? sample.memoryPercent : undefined,
    diskReadBytes: diskIo ? sample.diskReadBytes : undefined,
    diskWriteBytes: diskIo ? sample.diskWriteBytes : undefined,
    uptimeSeconds: sample.uptimeSeconds,
    threadCount: threads ? sample.threadCount : undefined,
    fileDescriptorCount: fileDescriptors ? sample.fileDescriptorCount : undefined,
  })

/** A sample under its wire names; `undefined` is not sent. */
export const figuresOf = (sample: TaskSample) => ({
  cpu_percent: sample.cpuPercent,
  memory_bytes: sample.memoryBytes,
  memory_percent: sample.memoryPercent,
  disk_read_bytes: sample.diskReadBytes,
  disk_write_bytes: sample.diskWriteBytes,
  uptime_seconds: sample.uptimeSeconds,
  thread_count: sample.threadCount,
  file_descriptor_count: sample.fileDescriptorCount,
})
