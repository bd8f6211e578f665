/** The cluster, as the user chooses it for kubectl. */
export interface ClusterChoice {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}

/** Flags with which kubectl, and our own commands, choose the same cluster. */
export const chosenBy = ({ kubeconfig, context }: ClusterChoice): string[] => [
  ...(kubeconfig ? [`--kubeconfig=${kubeconfig}`] : []),
  ...(context ? [`--context=${context}`] : []),
];
