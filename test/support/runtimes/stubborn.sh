#!/bin/sh
# Ignores SIGTERM, as does what it starts; says the numbers of both processes.
trap '' TERM
sleep 1000 &
echo "$$ $!"
wait
