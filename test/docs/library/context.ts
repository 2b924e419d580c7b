/** Declarations that the examples of the library assume. Types only: nothing here runs. */
import type { Observable } from 'rxjs'
import type { Config, Logger, Stream, StreamInputs, TaskEvent } from '../../../src/index.js'
import type { Binary, Figures, Runtime } from '../../../src/runtime/index.js'
import type {
  Received,
  StartCommand,
  InvokeCommand,
  StopCommand,
  Command,
  Connection,
} from '../../../src/index.js'
import type {
  AcquireDeps,
  Admission,
  BatchesDeps,
  DecodeDeps,
  DownloadDeps,
  DownloadLimits,
  FederateDeps,
  FetchDeps,
  FetchLimits,
  HeartbeatDeps,
  Latents,
  LifecycleDeps,
  MetricsDeps,
  PinDeps,
  PipelineDeps,
  PipelineInputs,
  ResultDeliveryInputs,
  SpansDeps,
  SpansInputs,
  TaskDeps,
  TaskMetricsDeps,
} from '../../../src/streams/index.js'
import type { Chunk, Decoded } from '../../../src/model/command.js'
import type { TaskJournal } from '../../../src/model/journal.js'
import type { Span } from '../../../src/model/span.js'
import type { TaskProgress } from '../../../src/model/task-event.js'
import type { StreamTest } from '../../../src/testing/index.js'

export declare const config: Config
export declare const log: Logger
export declare const deps: PipelineDeps
export declare const runtime: Runtime
export declare const journal: TaskJournal
export declare const cache: FetchDeps['cache'] & PinDeps['cache']
export declare const decoder: DecodeDeps['decoder']
export declare const open: DownloadDeps['open']
export declare const limits: DownloadLimits
export declare const fetchLimits: FetchLimits
export declare const acquireDeps: AcquireDeps
export declare const batchesDeps: BatchesDeps<Span>
export declare const federateDeps: FederateDeps
export declare const heartbeatDeps: HeartbeatDeps
export declare const metricsDeps: MetricsDeps
export declare const spansDeps: SpansDeps
export declare const taskMetricsDeps: TaskMetricsDeps

export declare const start: Received<StartCommand>
export declare const binary: Binary
export declare const figures: Figures
export declare const admission: Admission
export declare const latents: Latents
export declare const acquireBinary: TaskDeps['acquire']
export declare const runBinary: TaskDeps['execute']
export declare const run: (
  start: Received<StartCommand>,
  stop$: Observable<'stopped'>,
) => Observable<TaskEvent>

export declare const inputs: StreamInputs & PipelineInputs
export declare const failures: Stream
export declare const message$: PipelineInputs['message$']
export declare const connection$: Observable<Connection>
export declare const command$: Observable<Received<Command>>
export declare const start$: Observable<Received<StartCommand | StopCommand>>
export declare const invoke$: Observable<Received<InvokeCommand | StopCommand>>
export declare const chunk$: Observable<Chunk>
export declare const fetched$: Observable<TaskProgress>
export declare const task$: Observable<TaskEvent>
export declare const step$: SpansInputs['step$']
export declare const fate$: ResultDeliveryInputs['fate$']
export declare const resultDelivery$: SpansInputs['resultDelivery$']
export declare const spans$: Observable<Span>
export declare const sensor$: Observable<number>
export declare const stop$: Observable<'stopped'>
export declare const shutdown$: LifecycleDeps['shutdown$']
export declare const hot: StreamTest['hot']

export type { Decoded, Span }
