/** `__wasi_rights_t` of wasi/api.h. All 30 bits fit in a number. */
export const rights = {
  fdDatasync: 1 << 0,
  fdRead: 1 << 1,
  fdSeek: 1 << 2,
  fdFdstatSetFlags: 1 << 3,
  fdSync: 1 << 4,
  fdTell: 1 << 5,
  fdWrite: 1 << 6,
  fdAdvise: 1 << 7,
  fdAllocate: 1 << 8,
  pathCreateDirectory: 1 << 9,
  pathCreateFile: 1 << 10,
  pathLinkSource: 1 << 11,
  pathLinkTarget: 1 << 12,
  pathOpen: 1 << 13,
  fdReaddir: 1 << 14,
  pathReadlink: 1 << 15,
  pathRenameSource: 1 << 16,
  pathRenameTarget: 1 << 17,
  pathFilestatGet: 1 << 18,
  pathFilestatSetSize: 1 << 19,
  pathFilestatSetTimes: 1 << 20,
  fdFilestatGet: 1 << 21,
  fdFilestatSetSize: 1 << 22,
  fdFilestatSetTimes: 1 << 23,
  pathSymlink: 1 << 24,
  pathRemoveDirectory: 1 << 25,
  pathUnlinkFile: 1 << 26,
  pollFdReadwrite: 1 << 27,
} as const

const common =
  rights.fdDatasync |
  rights.fdFdstatSetFlags |
  rights.fdSync |
  rights.fdFilestatGet |
  rights.fdFilestatSetTimes |
  rights.pollFdReadwrite

/** Requested by a guest that wants to change the contents of a file. */
export const writeRights = rights.fdWrite | rights.fdAllocate | rights.fdFilestatSetSize

export const fileRights =
  common | rights.fdRead | rights.fdSeek | rights.fdTell | rights.fdAdvise | writeRights

export const directoryRights =
  common |
  rights.pathCreateDirectory |
  rights.pathCreateFile |
  rights.pathLinkSource |
  rights.pathLinkTarget |
  rights.pathOpen |
  rights.fdReaddir |
  rights.pathReadlink |
  rights.pathRenameSource |
  rights.pathRenameTarget |
  rights.pathFilestatGet |
  rights.pathFilestatSetSize |
  rights.pathFilestatSetTimes |
  rights.pathSymlink |
  rights.pathRemoveDirectory |
  rights.pathUnlinkFile

/** The maximum rights of descriptors opened through a directory. */
export const inheritableRights = fileRights | directoryRights

const stdio = rights.fdFdstatSetFlags | rights.fdFilestatGet | rights.pollFdReadwrite
export const inputRights = stdio | rights.fdRead
export const outputRights = stdio | rights.fdWrite

/** The defined rights among the guest's 64 bits. */
export const toRights = (bits: bigint): number => Number(BigInt.asUintN(30, bits))
