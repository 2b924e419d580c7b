#!/bin/sh
# Starts a process that takes 400 MiB.
node -e 'globalThis.taken = Buffer.alloc(400 * 2 ** 20, 1); setTimeout(() => {}, 1e6)' &
wait
