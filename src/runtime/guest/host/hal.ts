// Loaded for the first guest that imports the HAL: see component-parts.ts.
export { componentImports } from '../hal/component.js'
export { rawImports } from '../hal/raw/raw.js'
export { createServices } from '../hal/services.js'
