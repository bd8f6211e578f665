#!/bin/sh
# Checks whether an image can be the agent's. Prints `ok WHAT`, or `missing WHAT: WHAT TO ADD`. Runs in the image as the agent's
# container does. Arguments: the oldest version of git that works, and the only version of OpenCode that works.
git_needed=$1 opencode_needed=$2
failed=0 log=${TMPDIR:-/tmp}/opencode.log

ok() { echo "ok      $1"; }
missing() {
  echo "missing $1: $2"
  failed=1
}
has() { command -v "$1" > /dev/null 2>&1; }

ok 'a shell at /bin/sh'

lacking=
for name in sleep cat mkdir mv chmod rm; do
  has "$name" || lacking="$lacking $name"
done
kill -s 0 $$ 2> /dev/null || lacking="$lacking kill"
if [ -z "$lacking" ]; then
  ok 'the commands of the script that starts OpenCode'
else
  missing "the commands$lacking" 'install coreutils, or busybox with links for these'
fi

IFS=:
for folder in $PATH; do
  case $folder/ in
    /home/agent/* | /tmp/* | /workspace/* | /control/*)
      missing "the programs in $folder, which is on PATH" 'a pod has its own volume there: install them elsewhere, as in /usr/local or /opt' ;;
  esac
done
unset IFS

# at_least VERSION NEEDED: compares the first two numbers
at_least() {
  major=${1%%.*} minor=${1#*.}
  minor=${minor%%.*}
  [ "$major" -gt "${2%%.*}" ] || { [ "$major" -eq "${2%%.*}" ] && [ "$minor" -ge "${2#*.}" ]; }
} 2> /dev/null
if ! has git; then
  missing 'git' "install git $git_needed or later"
else
  version=$(git version)
  version=${version#git version }
  if at_least "$version" "$git_needed"; then
    ok "git $version"
  else
    missing "git $git_needed or later" "this is ${version:-no git that starts}: install a newer one"
  fi
  if [ -x "$(git --exec-path)/git-remote-http" ]; then
    ok 'git over HTTP'
  else
    missing 'git over HTTP' 'install git-remote-http, which some distributions have in a separate package: the agent fetches by HTTP'
  fi
fi

if has rg; then
  ok 'ripgrep'
else
  missing 'ripgrep' 'install it: OpenCode would download it when the agent first searches, which hangs without egress'
fi

install="install the npm package opencode-linux-x64@$opencode_needed (opencode-linux-x64-musl for Alpine), and put its bin/opencode on PATH, outside of the home folder"
if ! has opencode; then
  missing "OpenCode $opencode_needed" "$install"
else
  version=$(opencode --version 2> /dev/null)
  if [ "$version" = "$opencode_needed" ]; then
    ok "OpenCode $version"
  else
    missing "OpenCode $opencode_needed" "this is ${version:-one that does not start}, and the runner works only with that version: $install"
  fi

  # As in the pod: home and temporary folder are empty volumes, and nothing else is writable.
  : > "$log"
  opencode serve --hostname 127.0.0.1 --port 4096 > "$log" 2>&1 &
  server=$!
  seconds=0
  while kill -s 0 "$server" 2> /dev/null && [ "$seconds" -lt 60 ]; do
    case $(cat "$log") in *listening*) break ;; esac
    sleep 1
    seconds=$((seconds + 1))
  done
  case $(cat "$log") in
    *listening*) ok 'OpenCode starts as this user, with a read-only root' ;;
    *)
      missing 'an OpenCode that starts as user 10001 with a read-only root' 'it says:'
      cat "$log" ;;
  esac
  kill -s KILL "$server" 2> /dev/null
fi
exit "$failed"
