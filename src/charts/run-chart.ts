import { App, Chart, YamlOutputType } from 'cdk8s';
import { AgentPod, type AgentPodProps } from '../constructs/agent-pod.js';

/** A rendered pod, ready for the API server. */
export interface PodManifest {
  /** API version of pods. */
  readonly apiVersion: 'v1';
  /** Always `Pod`. */
  readonly kind: 'Pod';
  /** Name, namespace, labels and annotations. */
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  /** Spec of the pod, as the API server takes it. */
  readonly spec: Readonly<Record<string, unknown>>;
}

/**
 * Renders the pod of a run. `spawn-task` creates this pod, and the tests check it against the policies.
 * @throws Error that lists every rule that the props break
 */
export function renderRun(props: AgentPodProps): PodManifest {
  const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_CHART, outdir: '/nonexistent' });
  const chart = new Chart(app, 'run', { disableResourceNameHashes: true });
  const pod = new AgentPod(chart, 'AgentPod', props);
  const problems = pod.node.validate();
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return chart.toJson()[0] as PodManifest;
}
