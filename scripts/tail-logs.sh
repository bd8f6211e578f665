#!/bin/sh
exec "$(dirname "$(readlink -f "$0")")/../bin/tail-logs.cjs" "$@"
