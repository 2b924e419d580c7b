#!/usr/bin/env node
import './host/small-heap.js'
import { useCompileCache } from './host/compile-cache.js'

// Before all else is loaded, so that it is compiled from the cache.
useCompileCache(process.env)
const { main } = await import('./cli/main.js')
await main(process)
