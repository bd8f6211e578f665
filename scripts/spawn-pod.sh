#!/bin/sh
exec "$(dirname "$0")/../bin/spawn-task.cjs" "$@"
