#!/bin/sh
# Is ended by the signal that the first input names.
for signal; do :; done
kill "-$signal" $$
sleep 10
