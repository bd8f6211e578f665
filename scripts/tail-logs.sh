#!/bin/sh
exec "$(dirname "$0")/../bin/tail-logs.cjs" "$@"
