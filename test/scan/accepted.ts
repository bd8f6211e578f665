/** A finding that stands, for one kind of object or one file. */
export interface Accepted {
  readonly scanner: string;
  readonly rule: string;
  readonly where: string | readonly string[];
  readonly why: string;
}

export const ACCEPTED: readonly Accepted[] = [
  {
    scanner: 'kube-score',
    rule: 'container-image-pull-policy',
    where: 'Pod',
    why: 'an image that is named by its digest is the same without being asked for again, and prod admits no other',
  },
  {
    scanner: 'kube-score',
    rule: 'networkpolicy-targets-pod',
    where: 'NetworkPolicy/agent-runs-open',
    why: 'where the environment allows no open egress, the policy is there and selects nobody',
  },
  {
    scanner: 'checkov',
    rule: 'CKV_K8S_15',
    where: 'Pod',
    why: 'as with kube-score: the pull policy is the environment’s, and a digest needs no second question',
  },
  {
    scanner: 'checkov',
    rule: 'CKV_K8S_43',
    where: 'Pod',
    why: 'dev and stg run what was built last; prod admits no run until pod.image.digest names its image',
  },
  {
    scanner: 'checkov',
    rule: 'CKV_K8S_8',
    where: 'Pod',
    why: 'a run that hangs is ended by its own watchdog, which saves the work first; a liveness probe would kill it',
  },
  {
    scanner: 'checkov',
    rule: 'CKV_K8S_9',
    where: 'Pod',
    why: 'nothing connects to a run, so that there is nothing to be ready for',
  },
  ...['Dockerfile.runner', 'Dockerfile.opencode'].flatMap((where) => [
    {
      scanner: 'checkov',
      rule: 'CKV_DOCKER_2',
      where,
      why: 'Kubernetes does not read HEALTHCHECK, and the run ends by itself',
    },
    {
      scanner: 'hadolint',
      rule: 'DL3008',
      where,
      why: 'Debian keeps one version of a package: a pinned one cannot be built a month later; the digest pins the image',
    },
  ]),
  {
    scanner: 'gitleaks',
    rule: 'private-key',
    // Its folder had another name when the lines were committed.
    where: ['test/agent/redactor.test.ts', 'test/runner/redactor.test.ts'],
    why: 'the first and the last line of a key, with nothing in between, which the redactor is to know',
  },
];

/** Whether a finding, `SCANNER RULE WHERE`, is one that stands. */
export const accepts = ({ scanner, rule, where }: Accepted, finding: string): boolean =>
  [where].flat().some((place) => `${finding}/`.startsWith(`${scanner} ${rule} ${place}/`));
