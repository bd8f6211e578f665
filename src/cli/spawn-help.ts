export const SPAWN_HELP = `Runs one task of a spec-kit feature in a Kubernetes pod of its own.

Usage:
  spawn-task <task>[,<task>...] <branch> <repo> [context-dir] [options]
  spawn-task --task-id T --branch B --repo R [--context-dir D] [options]

Examples:
  spawn-task T003 001-login https://github.com/my-org/shop specs/001-login
  spawn-task T003 001-login git@github.com:my-org/shop.git --follow
  spawn-task T003,T004,T007 001-login https://github.com/my-org/shop specs/001-login
  spawn-task T003 001-login https://github.com/my-org/shop --dry-run -o json
  spawn-task T003 main https://github.com/my-org/shop --prompt 'Fix the typo in README.md'

The run:
  --task-id T, --branch B, --repo R, --context-dir D   instead of the arguments
  --base REF            start from this branch, tag or commit (default: the branch, else your checkout's commit)
  --prompt TEXT         what to do, in place of or beside the task's line; --prompt-file FILE reads it from a file
  --paths A,B           check out these paths alone, beside the top's files and the feature: for large repositories
  --credential NAME     Secret that opens the repository (default: the namespace's first; env SSH_SECRET_NAME)
  --egress PROFILE      github or open, as far as the namespace allows (default: its first). Network policies
                        hold the pod to it: docs/security.md
  --again               run although the task was delivered
  --log-format FORMAT   text or json: OpenCode's raw events

Where:
  -n, --namespace NS    (env NAMESPACE); else --env NAME (env ENVIRONMENT), which is agent-runner-NAME;
                        else your context's namespace
  --context NAME, --kubeconfig FILE   as for kubectl

What is shown:
  -f, --follow          stream the log to the end and exit with the run's outcome
  --json                one line {task, pod, namespace, branch, created}; with --follow then the log, as of tail-logs
                        --json; with --dry-run the same as -o json
  --dry-run             print the pod and touch nothing; settings of the built-in environment --env (default dev)
  --dry-run=server      the same with the namespace's own settings, checked by the API server
  -o, --output FORMAT   yaml or json, for --dry-run
  -h, --help; --version

Without --follow it returns as soon as the pods are created. Of several tasks each gets a pod of its own; one that is refused
has none of them spawned. A run that is alive or was delivered is not started twice; after
any other end the next attempt is. NO_COLOR switches colours off.

Exit codes: 0 created, there already, or delivered; 1 unexpected; 2 wrong input; 3 the cluster refused or did not answer;
with --follow the outcome's: 10 no-changes, 11 agent-failed, 12 stalled, 13 timed-out, 14 cancelled, 15 interrupted,
20 clone-failed, 21 push-rejected, 22 auth-failed, 30 sandbox-open, 40 bad-config; 130 detached by Ctrl-C.`;
