/**
 * The script that the agent's container runs. It is a shell script, so any image with OpenCode, git and a shell works.
 * It waits until the runner says how to start OpenCode, restarts OpenCode when it exits, and ends every process of the
 * container when the runner says so. The agent cannot stop or kill the script: it is the container's first process. The
 * agent can write the status file, so the runner treats it only as a hint.
 *
 * The status file has one line: how often the container has started, how often OpenCode has exited, its last exit code,
 * the CPU time of the processes in clock ticks, and the state (waits, runs, ended, stopped).
 */
export const AGENT_ENTRY = `#!/bin/sh
root=\${AGENT_RUNNER_ROOT-}
control=$root/control
status=$root/workspace/agent-status

pause() { sleep "$1" 2> /dev/null || sleep 1; }
# A new file in the place of whatever is there: a pipe that nobody reads would hold the script.
tell() {
  rm -rf "$status" "$status.new"
  { echo "$begins $ends $code $ticks $1" > "$status.new" && mv "$status.new" "$status"; } 2> /dev/null
}
# Of every process but the first one, with what those have used that ended before. The name, in brackets, may hold
# anything.
count() {
  ticks=0
  for stat in /proc/[0-9]*/stat; do
    [ "$stat" != /proc/1/stat ] || continue
    { read -r line < "$stat"; } 2> /dev/null || continue
    set -f
    set -- \${line##*) }
    set +f
    ticks=$((ticks + \${12:-0} + \${13:-0} + \${14:-0} + \${15:-0}))
  done
}
# The kubelet would show to everybody who may see the pod what the agent has left there.
clear() { { printf '' > "$root/dev/termination-log"; } 2> /dev/null; }
# On a machine that is not the container's alone, what has the mark of this run.
end_all() {
  if [ $$ = 1 ]; then
    kill -s KILL -- -1 2> /dev/null || kill -9 -1 2> /dev/null
    return
  fi
  [ -z "$opencode" ] || kill -s KILL -- "-$opencode" "$opencode" 2> /dev/null
  for process in /proc/[0-9]*; do
    tr '\\0' '\\n' 2> /dev/null < "$process/environ" | grep -qxF "AGENT_RUNNER_MARK=$AGENT_RUNNER_MARK" || continue
    [ "\${process#/proc/}" = $$ ] || kill -s KILL "\${process#/proc/}" 2> /dev/null
  done
}
launch() {
  [ $$ = 1 ] || set -m
  ( cd "$HOME" && export AGENT_RUNNER_MARK &&
    exec opencode serve --hostname 127.0.0.1 --port "$AGENT_RUNNER_PORT" ) < /dev/null &
  opencode=$!
  set +m
}

begins=0 ends=0 code=0 ticks=0 opencode=
if [ -f "$status" ]; then read -r begins line < "$status"; fi
case $begins in '' | *[!0-9]*) begins=0 ;; esac
begins=$((begins + 1))
trap 'end_all; clear; rm -rf "$status"; exit 0' TERM INT HUP
tell waits
until [ -f "$control/start" ] || [ -f "$control/stop" ]; do pause 0.05; done

if [ ! -f "$control/stop" ]; then
  . "$control/start"
  # OpenCode would install a package into its configuration folder at each start, unless the lock file there names it.
  folder=$HOME/.config/opencode
  mkdir -p "$folder/node_modules" "$TMPDIR"
  echo '*' > "$folder/.gitignore"
  echo '{"packages":{"":{"dependencies":{"@opencode-ai/plugin":"*"}}}}' > "$folder/package-lock.json"
  launch
  tell runs
fi
round=0
until [ -f "$control/stop" ]; do
  pause 0.2
  if ! kill -0 "$opencode" 2> /dev/null; then
    wait "$opencode"
    code=$? ends=$((ends + 1))
    tell ended
    sleep 1
    [ -f "$control/stop" ] || launch
  fi
  round=$((round + 1))
  if [ $$ = 1 ] && [ $((round % 10)) = 0 ]; then
    count
    tell runs
  fi
done
end_all
clear
tell stopped
while :; do pause 0.2; done
`;
