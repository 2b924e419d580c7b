/** Marble tests for streams of your own, in virtual time and with any test runner. */
export { testStream, type InputsOfTest, type StreamTest, type TestOptions } from './test-stream.js'
export {
  completed,
  connected,
  disconnected,
  endedTask,
  failed,
  startCommand,
  stopCommand,
  stopped,
} from './values.js'
