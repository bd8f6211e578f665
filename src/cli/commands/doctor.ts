import type { Api } from '../../cluster/api.js';
import { ClusterError } from '../../cluster/errors.js';
import type { Runs } from '../../cluster/runs.js';
import { installedName } from '../../run/names.js';
import { plainLine, toJson } from '../../run/printable.js';
import { InputError } from '../../run/problems.js';
import type { RunSettings } from '../../run/settings.js';
import { gitFindings } from '../git/git-ready.js';
import { UserGit } from '../git/user-git.js';
import { CLUSTER_OPTIONS, clusterFlags } from '../line/cluster-options.js';
import { command } from '../line/command.js';
import { commandLine } from '../line/command-line.js';
import { timeoutOf } from '../line/timeout-option.js';
import { withRuns } from '../runs/cluster.js';
import { type Finding, isBad } from '../terminal/finding.js';
import { formatTable } from '../terminal/table.js';
import { EXIT, type Terminal } from '../terminal/terminal.js';
import {
  namespaceFindings,
  quotaFinding,
  rightsFinding,
  serviceAccountFinding,
  settingsFinding,
} from './doctor/namespace.js';
import { policyFinding } from './doctor/policy.js';
import type { Probe } from './doctor/probe.js';
import { argoFinding, imageFindings, secretFindings } from './doctor/supply.js';
import { clusterFinding } from './doctor/version.js';
import { integrationFindings } from './setup/changes.js';

const PROBE = 'The probe';

/** `agent-runner doctor`. */
export const doctor = command({
  name: 'doctor',
  summary: 'find problems of the setup and how to fix them',
  about:
    'Checks git, the cluster and the namespace, and prints a fix for each problem. Without --probe it ' +
    'changes nothing.',
  args: '',
  examples: [
    'agent-runner doctor -n agent-runner-dev',
    'agent-runner doctor --probe --repo https://github.com/my-org/shop',
    `agent-runner doctor --json | jq '.findings[] | select(.state != "ok")'`,
  ],
  options: {
    json: { type: 'boolean', description: 'one object {findings: [{check, state, message, fix}]}' },
    probe: {
      type: 'boolean',
      group: PROBE,
      description:
        'also start a run that only checks whether its credential may read and push; its pod is deleted afterwards',
    },
    repo: {
      type: 'string',
      placeholder: 'R',
      group: PROBE,
      description: "repository of the probe; default: the namespace's",
    },
    credential: {
      type: 'string',
      placeholder: 'NAME',
      group: PROBE,
      description: "Secret that the probe uses; default: the namespace's first",
    },
    timeout: {
      type: 'string',
      placeholder: 'DURATION',
      default: '10m',
      group: PROBE,
      description: 'time limit of the probe, including its wait for a node',
    },
    ...CLUSTER_OPTIONS,
  },
  notes: [
    'Each check is ok, missing, wrong or unknown. Unknown means that doctor cannot see it with your rights, which ' +
      'need not be a problem. Nobody can read the Secrets, and doctor does not need to.',
  ],
  exits: ['0 nothing is missing or wrong', '1 something is', '2 wrong input', '3 the cluster does not answer'],
  async run({ flags }, terminal) {
    const { repo: repository, credential, probe, json } = flags;
    const wanted = { repository, credential, timeout: timeoutOf(flags.timeout) };
    const git = new UserGit(terminal.cwd);
    const findings = [...(await gitFindings(git)), ...integrationFindings(git.top, terminal.env)];
    try {
      await withRuns(clusterFlags(flags), terminal, async (runs, api) => {
        findings.push(...(await look(api, runs, probe ? wanted : undefined, terminal)));
      });
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      findings.push({ check: 'cluster', state: 'missing', message: error.message });
      print(findings, json, terminal);
      return EXIT.cluster;
    }
    print(findings, json, terminal);
    return findings.some(isBad) ? EXIT.unexpected : EXIT.ok;
  },
});

/** The user's options for the probe. */
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
    // A user who may not list pods gets the finding about their rights instead.
    isBad(rights) ? [] : runs.all(),
  ]);
  const all = [...found, quota, account, policy, ...secrets, ...imageFindings(api, pods, settings), argo];
  if (!wanted) return all;
  return [...all, ...(await probed(api, runs, settings, { ...wanted, createdBy: user }, all, terminal))];
}

/** Starts the probe unless something is already wrong. Its errors become findings, so that the others are printed. */
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
    return [{ check, state: 'unknown', message: `not started: first fix what is missing or wrong (${names})` }];
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
