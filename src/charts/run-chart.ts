import { App, Chart, YamlOutputType } from 'cdk8s';
import { AgentPod, type AgentPodProps } from '../constructs/agent-pod.js';

/** A rendered pod, ready for the API server. */
export interface PodManifest {
  readonly apiVersion: 'v1';
  readonly kind: 'Pod';
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: Readonly<Record<string, unknown>>;
}

/**
 * The one pod of a run: what `spawn-task` creates and what the tests hold against the policies.
 * @throws Error with every rule that the props break
 */
export function renderRun(props: AgentPodProps): PodManifest {
  const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_CHART, outdir: '/nonexistent' });
  const chart = new Chart(app, 'run', { disableResourceNameHashes: true });
  const pod = new AgentPod(chart, 'AgentPod', props);
  const problems = pod.node.validate();
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return chart.toJson()[0] as PodManifest;
}
