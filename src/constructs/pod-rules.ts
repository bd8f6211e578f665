import { SETTINGS_NAME } from '../run/settings.js';
import { CANCELLED_BY, SECRET_MODE, USER } from './agent-pod-spec.js';
import { all, allowed, any, choose, each, equals, list, none, one, SPEC, upTo } from './cel.js';
import type { AdmissionRule } from './policy.js';

// The rules for what the containers of a run share: volumes, identity, node, time.

/** The volumes that a container may write to. */
const WRITABLE = ['workspace', 'home', 'tmp', 'control', 'runner'];
/** The volumes that every run has. The key of the model is not among them, since a model may need none. */
const NEEDED = [...WRITABLE, 'config', 'pod-info', 'git-credential'];

const SECURITY = `${SPEC}.securityContext`;
/** Each file of the volume, and the field that it is filled from. */
const POD_INFO = `v.downwardAPI.?items.orValue([]).map(i, i.path + ' ' + i.?fieldRef.?fieldPath.orValue(''))`;
/** A toleration in the form of the environment's. */
const TOLERATION = `[t.key, t.?operator.orValue('Equal'), t.?value.orValue(''), t.?effect.orValue('')].join(' ')`;

/** Some of these are from https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted */
export const POD_RULES: readonly AdmissionRule[] = [
  {
    name: 'service-links',
    message: 'enableServiceLinks must be false',
    holds: `!${SPEC}.?enableServiceLinks.orValue(true)`,
  },
  {
    name: 'service-account',
    message: 'it must be serviceAccount.name, without its token',
    holds: all(
      `has(${SPEC}.serviceAccountName)`,
      `${SPEC}.serviceAccountName == ${one('serviceAccount')}`,
      // The field of the pod overrides that of the ServiceAccount.
      `has(${SPEC}.automountServiceAccountToken)`,
      `!${SPEC}.automountServiceAccountToken`,
    ),
  },
  {
    name: 'volumes',
    message: 'a run has exactly its own volumes, each of its own kind, with all files of its ConfigMap or Secret',
    holds: all(
      each(list(NEEDED), 'n', 'variables.volumes.exists(v, v.name == n)'),
      each(
        'variables.volumes',
        'v',
        choose(
          [
            // On the disk: in memory, it would count against the memory limit of a container.
            [`v.name in ${list(WRITABLE)}`, all('has(v.emptyDir)', '!has(v.emptyDir.medium)')],
            [
              `v.name == 'config'`,
              all('has(v.configMap)', `v.configMap.name == '${SETTINGS_NAME}'`, '!has(v.configMap.items)'),
            ],
            // The only field of the pod that a container gets.
            [
              `v.name == 'pod-info'`,
              all('has(v.downwardAPI)', `${POD_INFO} == ["${CANCELLED_BY.path} ${CANCELLED_BY.fieldRef.fieldPath}"]`),
            ],
          ],
          all(
            `v.name in ['git-credential', 'model-credential']`,
            'has(v.secret)',
            '!has(v.secret.items)',
            '!v.secret.?optional.orValue(false)',
            // Other users of the pod cannot read it.
            `v.secret.?defaultMode.orValue(0) == ${SECRET_MODE}`,
          ),
        ),
      ),
    ),
  },
  {
    name: 'volume-size',
    message: 'each emptyDir needs a sizeLimit, of at most the size in the environment',
    holds: each(
      'variables.volumes',
      'v',
      any(
        '!has(v.emptyDir)',
        all(
          'v.name in variables.sizes',
          'has(v.emptyDir.sizeLimit)',
          upTo('v.emptyDir.sizeLimit', 'variables.sizes[v.name]'),
        ),
      ),
    ),
  },
  {
    name: 'secrets',
    message: 'only the Secrets of git.credentials and model.credential may be mounted',
    holds: each(
      'variables.volumes',
      'v',
      any(
        '!has(v.secret)',
        all(
          'has(v.secret.secretName)',
          `(${choose(
            [[`v.name == 'git-credential'`, `v.secret.secretName in ${allowed('gitCredentials')}`]],
            `v.secret.secretName == ${one('modelCredential')}`,
          )})`,
        ),
      ),
    ),
  },
  {
    name: 'credential-groups',
    message: 'only the groups that rbac.credentialGroups lists for this credential may use it',
    holds: each(
      'variables.credentials',
      'c',
      any(
        // Everybody who may spawn may use a credential that is not listed.
        `!${allowed('credentialGroups')}.exists(l, l.startsWith(c + ' '))`,
        `variables.groups.exists(g, c + ' ' + g in ${allowed('credentialGroups')})`,
      ),
    ),
  },
  {
    name: 'pod-security',
    message: `user and groups must be ${USER}, the seccomp profile RuntimeDefault, and no other setting is allowed`,
    holds: all(
      `has(${SECURITY})`,
      `${SECURITY}.?runAsNonRoot.orValue(false)`,
      ...['runAsUser', 'runAsGroup', 'fsGroup'].map((field) => `${SECURITY}.?${field}.orValue(0) == ${USER}`),
      `${SECURITY}.?seccompProfile.?type.orValue('') == 'RuntimeDefault'`,
      none(SECURITY, ['supplementalGroups', 'sysctls', 'seLinuxOptions', 'windowsOptions', 'appArmorProfile']),
    ),
  },
  {
    name: 'host',
    message: 'a run shares nothing of the node, and sets no host name, host alias or DNS setting',
    holds: all(
      ...['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'setHostnameAsFQDN'].map(
        (field) => `!${SPEC}.?${field}.orValue(false)`,
      ),
      // With a name that leads elsewhere, somebody could lead a pod past the network policies.
      none(SPEC, ['hostAliases', 'hostname', 'hostnameOverride', 'subdomain', 'dnsConfig']),
      `${SPEC}.?dnsPolicy.orValue('ClusterFirst') == 'ClusterFirst'`,
      equals(`${SPEC}.hostUsers`, 'hostUsers'),
    ),
  },
  {
    name: 'deadline',
    message: 'activeDeadlineSeconds is needed, of at most task.deadlineSeconds',
    holds: all(`has(${SPEC}.activeDeadlineSeconds)`, `${SPEC}.activeDeadlineSeconds <= int(${one('deadlineSeconds')})`),
  },
  {
    name: 'grace-period',
    message: 'at most pod.terminationGracePeriodSeconds',
    holds: `${SPEC}.?terminationGracePeriodSeconds.orValue(0) <= int(${one('gracePeriodSeconds')})`,
  },
  {
    name: 'restart',
    message: 'a run is not restarted',
    holds: `${SPEC}.?restartPolicy.orValue('') == 'Never'`,
  },
  {
    name: 'node',
    message: 'the scheduler chooses the node, from those of pod.nodeSelector, pod.tolerations and pod.affinity',
    holds: all(
      none(SPEC, ['nodeName', 'topologySpreadConstraints', 'schedulingGates']),
      `${SPEC}.?schedulerName.orValue('default-scheduler') == 'default-scheduler'`,
      `(has(${SPEC}.nodeSelector) ? ${SPEC}.nodeSelector : {}) == variables.nodeSelector`,
      // The affinity itself is not compared: it only narrows down what nodeSelector allows.
      `(${any(`!has(${SPEC}.affinity)`, `${one('affinity')} == 'true'`)})`,
    ),
  },
  {
    name: 'tolerations',
    message: 'only taints of pod.tolerations may be tolerated, besides those that every pod tolerates',
    holds: any(
      `!has(${SPEC}.tolerations)`,
      each(
        `${SPEC}.tolerations`,
        't',
        all(
          // A toleration without a key tolerates every taint.
          'has(t.key)',
          `(${any(
            // The API server adds these two to every pod.
            all(
              `t.key in ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']`,
              `t.?effect.orValue('') == 'NoExecute'`,
            ),
            `${TOLERATION} in ${allowed('taints')}`,
          )})`,
        ),
      ),
    ),
  },
  {
    name: 'runtime-class',
    message: 'it must be pod.runtimeClassName',
    holds: equals(`${SPEC}.runtimeClassName`, 'runtimeClass'),
  },
  {
    name: 'priority-class',
    message: 'it must be pod.priorityClassName',
    holds: equals(`${SPEC}.priorityClassName`, 'priorityClass'),
  },
  {
    name: 'pull-secrets',
    message: 'only those of pod.imagePullSecrets are allowed',
    holds: any(
      `!has(${SPEC}.imagePullSecrets)`,
      each(`${SPEC}.imagePullSecrets`, 's', `s.name in ${allowed('pullSecrets')}`),
    ),
  },
];
