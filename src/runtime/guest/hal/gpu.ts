import { failure } from '../../hal/failure.js'

/** There is no GPU: no adapter is listed, and every other call is an error. */
export const noGpu = (): never => {
  throw failure('unsupported', 'this proplet offers no GPU to guests')
}
