import type { Api } from '../cluster/api.js';
import { ClusterError } from '../cluster/errors.js';
import { kubectlFlags } from '../cluster/proxy.js';
import type { Runs } from '../cluster/runs.js';
import { installedName } from '../run/names.js';
import { plainLine, toJson } from '../run/printable.js';
import { InputError } from '../run/problems.js';
import type { RunSettings } from '../run/settings.js';
import { withRuns } from './cluster.js';
import { CLUSTER_OPTIONS, clusterFlags } from './cluster-options.js';
import { command } from './command.js';
import { commandLine } from './command-line.js';
import { type Finding, isBad } from './doctor/finding.js';
import {
  namespaceFindings,
  quotaFinding,
  rightsFinding,
  serviceAccountFinding,
  settingsFinding,
} from './doctor/namespace.js';
import { policyFinding } from './doctor/policy.js';
import type { Probe } from './doctor/probe.js';
import { argoFinding, imageFinding, secretFindings } from './doctor/supply.js';
import { clusterFinding, kubectlFinding } from './doctor/tools.js';
import { gitFindings } from './git-ready.js';
import type { OptionSpec } from './options.js';
import { formatTable } from './table.js';
import { EXIT, type Terminal } from './terminal.js';
import { timeoutOf } from './timeout-option.js';
import { UserGit } from './user-git.js';

const HELP = `Looks for what keeps runs from working, and says which command mends it. Without --probe it changes nothing.

Usage:
  agent-runner doctor [--probe [--repo R] [--timeout T]] [--json] [-n NAMESPACE | --env NAME] [--context NAME] [--kubeconfig FILE]

Examples:
  agent-runner doctor -n agent-runner-dev
  agent-runner doctor --probe --repo https://github.com/my-org/shop
  agent-runner doctor --json | jq '.findings[] | select(.state != "ok")'

Flags:
  --probe             also start a run that only looks whether its credential may read and push; its pod is deleted after it
  --repo R            the repository of the probe (default: the namespace's)
  --credential NAME   Secret that the probe uses (default: the namespace's first)
  --timeout DURATION  how long the probe may take, its wait for a node included (default: 10m)
  --json              one object {findings: [{check, state, message, fix}]}
  -n, --namespace NS  (env NAMESPACE); else --env NAME (env ENVIRONMENT), else your context's namespace
  --context NAME, --kubeconfig FILE   as for kubectl

Each thing is ok, missing, wrong, or unknown: what cannot be seen with your rights need not be bad. Secrets cannot be seen by
anybody, and need not be.
Exit codes: 0 nothing is missing or wrong; 1 something is; 2 wrong input; 3 the cluster does not answer.`;

export const DOCTOR_OPTIONS = {
  ...CLUSTER_OPTIONS,
  probe: { type: 'boolean' },
  repo: { type: 'string' },
  credential: { type: 'string' },
  timeout: { type: 'string' },
  json: { type: 'boolean' },
} as const satisfies Record<string, OptionSpec>;

/** `agent-runner doctor`. Returns the exit code. */
export function doctor(args: readonly string[], given: Terminal): Promise<number> {
  return command(
    { name: 'agent-runner doctor', help: HELP, options: DOCTOR_OPTIONS },
    args,
    given,
    async ({ flags, positionals }, terminal) => {
      if (positionals.length > 0) throw new InputError([`doctor takes no arguments, but "${positionals.join(' ')}"`]);
      const text = (name: 'repo' | 'credential') => flags[name] as string | undefined;
      const timeout = timeoutOf((flags.timeout as string | undefined) ?? '10m');
      const wanted = { repository: text('repo'), credential: text('credential'), timeout };
      const findings = [await kubectlFinding(), ...(await gitFindings(new UserGit(terminal.cwd)))];
      try {
        await withRuns(clusterFlags(flags), terminal, async (runs, api) => {
          findings.push(...(await look(api, runs, flags.probe ? wanted : undefined, terminal)));
        });
      } catch (error) {
        if (!(error instanceof ClusterError)) throw error;
        const fix = commandLine('kubectl', 'cluster-info', ...kubectlFlags(clusterFlags(flags)));
        findings.push({ check: 'cluster', state: 'missing', message: error.message, fix });
        print(findings, flags.json === true, terminal);
        return EXIT.cluster;
      }
      print(findings, flags.json === true, terminal);
      return findings.some(isBad) ? EXIT.unexpected : EXIT.ok;
    },
  );
}

/** What the user says of the probe. */
type Wanted = Omit<Probe, 'createdBy'>;

async function look(api: Api, runs: Runs, wanted: Wanted | undefined, terminal: Terminal): Promise<Finding[]> {
  const { namespace } = runs;
  const [cluster, ofNamespace, user] = await Promise.all([
    clusterFinding(api),
    namespaceFindings(api, namespace),
    runs.whoAmI(),
  ]);
  if (ofNamespace.some(({ check, state }) => check === 'namespace' && state === 'missing')) {
    return [cluster, ...ofNamespace];
  }
  const { finding, settings } = await settingsFinding(runs);
  const role = `${installedName(settings?.environment ?? 'ENVIRONMENT')}-maintainer`;
  const [rights, argo] = await Promise.all([rightsFinding(api, namespace, user, role), argoFinding(api, namespace)]);
  const found = [cluster, ...ofNamespace, finding, rights];
  if (!settings) return [...found, argo];
  const [quota, account, policy, secrets, pods] = await Promise.all([
    quotaFinding(api, settings),
    serviceAccountFinding(api, settings),
    policyFinding(api, namespace),
    secretFindings(api, settings),
    // Who may not list pods was told so.
    isBad(rights) ? [] : runs.all(),
  ]);
  const all = [...found, quota, account, policy, ...secrets, imageFinding(api, pods, settings), argo];
  if (!wanted) return all;
  return [...all, ...(await probed(api, runs, settings, { ...wanted, createdBy: user }, all, terminal))];
}

/** What is found without a probe is told in any case. */
async function probed(
  api: Api,
  runs: Runs,
  settings: RunSettings,
  wanted: Probe,
  found: readonly Finding[],
  terminal: Terminal,
): Promise<Finding[]> {
  const check = 'probe';
  const bad = found.filter(isBad);
  if (bad.length > 0) {
    const names = bad.map((one) => one.check).join(', ');
    return [{ check, state: 'unknown', message: `not started: mend first what is wrong (${names})` }];
  }
  if (!wanted.repository && settings.defaultRepo === '') {
    const fix = commandLine('agent-runner', 'doctor', '--probe', '--repo', 'URL', ...runs.flags);
    return [{ check, state: 'wrong', message: 'not started: the environment has no default repository', fix }];
  }
  try {
    const { probe } = await import('./doctor/probe.js');
    return await probe(api, runs, settings, wanted, terminal.err);
  } catch (error) {
    if (!(error instanceof ClusterError || error instanceof InputError)) throw error;
    return [{ check, state: 'wrong', message: error.message }];
  }
}

function print(findings: readonly Finding[], json: boolean, terminal: Terminal): void {
  if (json) {
    terminal.out(toJson({ findings }, 2));
    return;
  }
  const rows = findings.map(({ check, state, message }) => [check, state, plainLine(message)]);
  terminal.out(formatTable([['CHECK', 'STATE', 'WHAT WAS SEEN'], ...rows]));
  for (const { check, fix } of findings) if (fix) terminal.out(`${check}: ${fix}`);
}
