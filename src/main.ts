#!/usr/bin/env node
import './host/small-heap.js'
import { compileCacheDir, useCompileCache } from './host/compile-cache.js'

// Before all else is loaded, so that it is compiled from the cache.
const cache = compileCacheDir(process.env)
if (cache !== undefined) useCompileCache(cache)
const { main } = await import('./cli/main.js')
await main(process)
