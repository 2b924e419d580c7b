#!/bin/sh
# Ends when it is asked to, and says so.
trap 'echo asked; exit 0' TERM
echo waiting
while :; do sleep 0.01; done
