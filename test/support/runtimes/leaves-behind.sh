#!/bin/sh
# Ends at once, and leaves behind a process that holds its output and ignores SIGTERM.
trap '' TERM
sleep 1000 &
echo "$!"
