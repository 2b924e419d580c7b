import { failure } from '../../hal/failure.js'

/** There is none: no adapter is listed, and whatever else is asked for is an error. */
export const noGpu = (): never => {
  throw failure('unsupported', 'this proplet offers no GPU to guests')
}
