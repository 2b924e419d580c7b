import { GuestResource, type ResourceState } from './resource.js'
import { trap } from './trap.js'
import type { CallContext } from './call-context.js'
import { mismatch, type Codec } from './codec.js'
import { indexCodec } from './index-codec.js'

/** @param slot the number of the resource type in a run */
export function handleCodec(kind: 'own' | 'borrow', slot: number): Codec {
  const lift = kind === 'own' ? liftOwn : liftBorrow
  const lower = kind === 'own' ? lowerOwn : lowerBorrow
  const stateOf = (call: CallContext) =>
    call.resources[slot] ?? trap('a handle of a resource that is not there yet')
  return indexCodec({
    kind,
    depth: 1,
    lift: (call, index) => lift(call, index, stateOf(call)),
    lower: (call, value) => lower(call, value, stateOf(call)),
  })
}

function liftOwn(call: CallContext, index: number, resource: ResourceState): unknown {
  const { handles } = call.instance
  if (handles.get(index, resource).borrowedIn !== undefined) trap(`handle ${index} is borrowed, not owned`)
  return outside(resource, handles.remove(index, resource).rep, true)
}

function liftBorrow(call: CallContext, index: number, resource: ResourceState): unknown {
  const handle = call.instance.handles.get(index, resource)
  call.lend(handle)
  return outside(resource, handle.rep, false)
}

const outside = (resource: ResourceState, rep: unknown, owned: boolean): unknown =>
  resource.from === 'guest' && typeof rep === 'number' ? new GuestResource(resource, rep, owned) : rep

function lowerOwn(call: CallContext, value: unknown, resource: ResourceState): number {
  if (resource.from === 'host') return call.instance.handles.add(resource, hostObject(value, resource))
  const held = guestResource(value, resource)
  if (!held.owned) mismatch('a handle that is owned', value)
  held.owned = false
  return call.instance.handles.add(resource, held.rep)
}

/** The component that defines a resource receives its representation; others receive a handle that ends with the call. */
function lowerBorrow(call: CallContext, value: unknown, resource: ResourceState): number {
  const rep = resource.from === 'host' ? hostObject(value, resource) : guestResource(value, resource).rep
  if (resource.from === 'guest' && resource.instance === call.instance && typeof rep === 'number') return rep
  call.borrowed += 1
  return call.instance.handles.add(resource, rep, call)
}

function guestResource(value: unknown, resource: ResourceState): GuestResource {
  return value instanceof GuestResource && value.resource === resource
    ? value
    : mismatch('a handle of the right resource', value)
}

function hostObject(value: unknown, resource: Extract<ResourceState, { from: 'host' }>): object {
  const { class: type } = resource
  const isRight = typeof value === 'object' && value !== null && (type === undefined || value instanceof type)
  return isRight ? value : mismatch(`an object of ${type?.name ?? 'a resource'}`, value)
}
