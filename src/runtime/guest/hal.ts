// Loaded for the first guest that imports the HAL: see component-parts.ts.
export { componentImports } from '../hal/faces/component.js'
export { rawImports } from '../hal/faces/raw.js'
export { createServices } from '../hal/services.js'
