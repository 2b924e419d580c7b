import type { HostWork } from '@proplet/component/link/async/work.js'
import { declaredLength } from '../../http/length.js'
import type { BodySink, FieldEntry, HttpErrorCode } from '../../http/message.js'
import { SENT, failed, type Body, type Transmission } from './body.js'
import { Fields } from './fields.js'

const ABANDONED: HttpErrorCode = { tag: 'connection-terminated' }

export type SendOptions = {
  readonly kind: 'request' | 'response'
  readonly headers: readonly FieldEntry[]
  /** Called once: the body was handed over completely, or it failed. */
  readonly done: (result: Transmission) => void
}

/** Writes a body and its trailers to a sink. Returns a function that aborts it without calling `done`. */
export function sendBody(work: HostWork, body: Body, sink: BodySink, options: SendOptions): () => void {
  const sender = new BodySender(work, body, sink, options)
  sender.start()
  return () => sender.stop()
}

class BodySender {
  readonly #work: HostWork
  readonly #body: Body
  readonly #sink: BodySink
  readonly #options: SendOptions
  readonly #declared: number | undefined
  #bytes = 0
  #isOver = false
  #stopStep: () => void = () => undefined

  constructor(work: HostWork, body: Body, sink: BodySink, options: SendOptions) {
    this.#work = work
    this.#body = body
    this.#sink = sink
    this.#options = options
    this.#declared = declaredLength(options.headers)
  }

  start(): void {
    const { contents } = this.#body
    if (contents === undefined) this.#sendNothing()
    else this.#sendContents(contents)
  }

  stop(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#stopStep()
    this.#sink.abandon()
  }

  #sendContents(contents: unknown): void {
    const sink = this.#sink
    this.#stopStep = this.#work.consume(contents, {
      room: () => (this.#isTooLong ? undefined : sink.room()),
      put: (items) => {
        if (!(items instanceof Uint8Array)) throw new TypeError('expected bytes')
        this.#bytes += items.length
        if (this.#isTooLong) return
        sink.write(items)
        sink.flush()
      },
      whenRoom: (done) => sink.notify(done),
      end: (complete) => {
        if (complete) this.#sendTrailers()
        else this.#fail(this.#isTooLong ? this.#wrongLength : ABANDONED)
      },
    })
  }

  /** A message without contents waits for its trailers for one turn of the event loop. */
  #sendNothing(): void {
    let isSent = false
    const send = (trailers: readonly FieldEntry[]) => {
      if (!isSent) this.#finish(trailers)
      isSent = true
    }
    this.#work.begin<undefined>(
      (done) => {
        const immediate = setImmediate(() => done(undefined))
        return () => clearImmediate(immediate)
      },
      () => send([]),
    )
    this.#stopStep = this.#work.value(this.#body.trailers, (value) => {
      const trailers = trailersOf(value)
      if (trailers.tag === 'ok') send(trailers.val)
      else if (!isSent) this.#fail(trailers.val)
      else this.#sink.abandon()
    })
  }

  #sendTrailers(): void {
    if (this.#declared !== undefined && this.#declared !== this.#bytes) {
      this.#fail(this.#wrongLength)
      return
    }
    this.#stopStep = this.#work.value(this.#body.trailers, (value) => {
      const trailers = trailersOf(value)
      if (trailers.tag === 'ok') this.#finish(trailers.val)
      else this.#fail(trailers.val)
    })
  }

  get #isTooLong(): boolean {
    return this.#declared !== undefined && this.#bytes > this.#declared
  }

  get #wrongLength(): HttpErrorCode {
    return { tag: `HTTP-${this.#options.kind}-body-size`, val: BigInt(this.#bytes) }
  }

  #finish(trailers: readonly FieldEntry[]): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#sink.finish(trailers)
    this.#options.done(SENT)
  }

  #fail(code: HttpErrorCode): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#sink.abandon()
    this.#options.done(failed(code))
  }
}

/** The result of the guest's future, checked by the linker. */
function trailersOf(
  value: unknown,
):
  | { readonly tag: 'ok'; readonly val: readonly FieldEntry[] }
  | { readonly tag: 'err'; readonly val: HttpErrorCode } {
  if (typeof value !== 'object' || value === null || !('tag' in value)) return { tag: 'err', val: ABANDONED }
  const val: unknown = 'val' in value ? value.val : undefined
  if (value.tag === 'ok') return { tag: 'ok', val: val instanceof Fields ? Fields.seal(val) : [] }
  return { tag: 'err', val: isErrorCode(val) ? val : ABANDONED }
}

const isErrorCode = (value: unknown): value is HttpErrorCode =>
  typeof value === 'object' && value !== null && 'tag' in value && typeof value.tag === 'string'
