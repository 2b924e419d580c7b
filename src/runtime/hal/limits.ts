const MIB = 2 ** 20

/** Bytes of one object of the storage. */
export const MAX_OBJECT_BYTES = 16 * MIB
/** Bytes of UTF-8. */
export const MAX_CONTAINER_NAME_BYTES = 255
export const MAX_KEY_BYTES = 1024
/** Bytes of one message to another task. */
export const MAX_MESSAGE_BYTES = MIB
/** Bytes of the identifier of a task. */
export const MAX_RECIPIENT_BYTES = 1024
/** Bytes that an attestation binds. */
export const MAX_REPORT_DATA_BYTES = 64
/** Bytes that one call of `random` gives. */
export const MAX_RANDOM_BYTES = MIB
/** Bytes that one `receive` of a socket gives. */
export const MAX_RECEIVE_BYTES = MIB
/** Sockets of one instance. */
export const MAX_SOCKETS = 64
/** Crypto contexts of one instance. */
export const MAX_CONTEXTS = 1024
/** Event subscriptions of one instance, and events that wait in one of them. */
export const MAX_SUBSCRIPTIONS = 16
export const MAX_WAITING_EVENTS = 256
/** Allocations of one task. */
export const MAX_ALLOCATIONS = 1024
/** Messages that wait for one task. */
export const MAX_WAITING_MESSAGES = 64
/** Keys in one answer to `list-objects`; the guest's side asks until it has all. */
export const KEYS_PER_PAGE = 1000
