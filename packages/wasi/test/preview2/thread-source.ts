import { Worker } from 'node:worker_threads'
import type { StreamSource } from '../../host/streams.js'

/** A thread that provides as many bytes as it may, up to `total`, and then reports the end. */
const giver = `
  const { workerData: { cells, total }, parentPort } = require('node:worker_threads')
  parentPort.postMessage('giving')
  for (let given = 0; given < total; given++) {
    for (let let_ = Atomics.load(cells, 0); let_ <= given; let_ = Atomics.load(cells, 0)) Atomics.wait(cells, 0, let_)
    Atomics.add(cells, 1, 1)
    Atomics.notify(cells, 1)
  }
`

/** A source that another thread fills; a caller can wait for it without an event loop. */
export class ThreadSource implements StreamSource {
  closed = false
  readonly #worker: Worker
  /** The numbers of bytes allowed and provided. */
  readonly #cells: Int32Array
  readonly #total: number
  #taken = 0

  private constructor(worker: Worker, cells: Int32Array, total: number) {
    this.#worker = worker
    this.#cells = cells
    this.#total = total
  }

  static async start(total: number): Promise<ThreadSource> {
    const cells = new Int32Array(new SharedArrayBuffer(8))
    const worker = new Worker(giver, { eval: true, workerData: { cells, total } })
    await new Promise((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
    })
    return new ThreadSource(worker, cells, total)
  }

  /** Lets the thread provide this many more bytes. */
  let(count: number): void {
    Atomics.add(this.#cells, 0, count)
    Atomics.notify(this.#cells, 0)
  }

  ready(): boolean {
    return this.closed || this.#taken === this.#total || Atomics.load(this.#cells, 1) > this.#taken
  }

  wait(deadline: bigint | undefined): void {
    if (this.ready()) return
    const left = deadline === undefined ? Infinity : Number(deadline - process.hrtime.bigint()) / 1e6
    Atomics.wait(this.#cells, 1, this.#taken, Math.max(0, left))
  }

  read(length: number): Uint8Array | undefined {
    if (this.#taken === this.#total) return undefined
    const bytes = new Uint8Array(Math.min(length, Atomics.load(this.#cells, 1) - this.#taken)).fill(65)
    this.#taken += bytes.length
    return bytes
  }

  close(): void {
    this.closed = true
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
  }
}
