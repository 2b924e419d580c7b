import { instantiate, type ComponentInstance } from '@proplet/component/link/instantiate.js'
import type { PreparedComponent } from '@proplet/component/link/prepare.js'
import type { Imports } from '@proplet/component/link/calls/instantiation.js'
import type { JcoComponent } from '../jco/prepare.js'

/** A component prepared by one of the engines. */
export type EngineComponent = PreparedComponent | JcoComponent

type More = Parameters<typeof instantiate> extends [unknown, unknown, ...infer Rest] ? Rest : []

/** Creates an instance with the engine that prepared the component. Throws what core modules throw when they start. */
export const instantiateComponent = (
  component: EngineComponent,
  imports: Imports,
  ...more: More
): ComponentInstance =>
  'instantiate' in component ? component.instantiate(imports) : instantiate(component, imports, ...more)
