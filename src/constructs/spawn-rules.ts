import { BRANCH_BYTES } from '../run/branch.js';
import { CONTROL_RANGES } from '../run/controls.js';
import { INPUT_VARIABLES, TASK_ID_LENGTH } from '../run/input.js';
import { ANNOTATIONS, CONTAINER, LABELS, MANAGED_BY, PATHS } from '../run/metadata.js';
import { SETTINGS_NAME } from '../run/settings.js';
import { CANCELLED_BY, SECRET_MODE, USER } from './agent-pod-spec.js';
import { type AdmissionRule, json } from './policy.js';

// What a pod may be: what AgentPod makes, in CEL. Nothing in here differs between namespaces.

const list = (values: readonly string[]) => `[${values.map((value) => `'${value}'`).join(', ')}]`;
const allowed = (key: string) => `variables.allowed.${key}`;
/** The one value under a name. */
const one = (key: string) => `${allowed(key)}[0]`;
const none = (object: string, fields: readonly string[]) =>
  fields.map((field) => `!has(${object}.${field})`).join(' && ');
/** An optional field that must be what the environment says, where '' is none. */
const equals = (field: string, key: string) => `(has(${field}) ? string(${field}) : '') == ${one(key)}`;
/** An annotation, or ''. */
export const annotation = (key: string) => `variables.annotations[?'${key}'].orValue('')`;
const label = (key: string) => `string(variables.labels[?'${key}'].orValue(''))`;
/** What the container asks for, or may use. */
const amounts = (kind: 'requests' | 'limits') =>
  `has(variables.agent.resources) && has(variables.agent.resources.${kind}) ? variables.agent.resources.${kind} : {}`;
const withoutEnd = (text: string, end: string) =>
  `${text}.endsWith('${end}') ? ${text}.substring(0, ${text}.size() - ${end.length}) : ${text}`;
/** Nothing at all would be no limit. */
const upTo = (amount: string, limit: string) =>
  `quantity(${amount}).isGreaterThan(quantity('0')) && quantity(${amount}).compareTo(quantity(${limit})) <= 0`;
/** What a run reserves, and at least what the environment has it reserve: all of its own limit would do as well. */
const reserved = (resource: string, key: string) =>
  `'${resource}' in variables.requests && (quantity(variables.requests['${resource}']).compareTo(quantity(${one(key)})) >= 0 || variables.requests['${resource}'] == variables.limits[?'${resource}'].orValue(''))`;
const atMost = (amount: string, key: string) => `isQuantity(${amount}) && ${upTo(amount, one(key))}`;

const SPEC = 'object.spec';
const AGENT = 'variables.agent';
const WRITABLE = `['workspace', 'home', 'tmp']`;
/** Where each volume is mounted. */
const PLACES = {
  workspace: PATHS.workspace,
  home: PATHS.home,
  tmp: PATHS.temporary,
  config: PATHS.config,
  'pod-info': PATHS.podInfo,
  'git-credential': PATHS.gitCredential,
  'model-credential': PATHS.modelCredential,
};
/** Each variable, and what tells of it. */
const TOLD = [
  ['TASK_ID', annotation(ANNOTATIONS.task)],
  ['GIT_REPO', annotation(ANNOTATIONS.repository)],
  ['TASK_BRANCH', annotation(ANNOTATIONS.branch)],
  ['RUN_NAME', 'object.metadata.name'],
] as const;

const point = (code: number) => `\\x{${code.toString(16)}}`;
/** The inside of a class of RE2 for characters that no name has. */
const CONTROLS = CONTROL_RANGES.map(([first, last]) => `${point(first)}-${point(last)}`).join('');
/** What checkBranch refuses of a branch's name, but for its length. */
const NO_BRANCH = [
  `[${CONTROLS} ~^:?*\\[\\\\]`,
  '\\.\\.',
  '@\\{',
  '//',
  '^(|@|HEAD)$',
  '^([-/]|refs/)',
  '[./]$',
  '(^|/)\\.',
  '\\.lock(/|$)',
].join('|');
/** What several rules look at. */
export const SPAWN_VARIABLES = {
  agent: `${SPEC}.containers[0]`,
  env: `has(variables.agent.env) ? variables.agent.env : []`,
  labels: `has(object.metadata.labels) ? object.metadata.labels : {}`,
  annotations: `has(object.metadata.annotations) ? object.metadata.annotations : {}`,
  groups: `has(request.userInfo.groups) ? request.userInfo.groups : []`,
  egress: `'${LABELS.egress}' in variables.labels ? variables.labels['${LABELS.egress}'] : ''`,
  volumes: `has(${SPEC}.volumes) ? ${SPEC}.volumes : []`,
  mounts: `has(variables.agent.volumeMounts) ? variables.agent.volumeMounts : []`,
  places: json(PLACES),
  repository: `variables.env.filter(e, e.name == 'GIT_REPO' && has(e.value)).map(e, e.value).join(' ')`,
  // Host and path, as one repository has them over HTTPS and over SSH.
  identity: `[variables.repository].map(r, r.contains('@') ? r.substring(r.indexOf('@') + 1) : r.substring(r.indexOf('://') + 3)).map(r, ${withoutEnd('r', '.git')})[0]`,
  prefixes: `${allowed('repositories')}.filter(p, p.contains('://') && p.startsWith('http://') == variables.repository.startsWith('http://'))`,
  // Each from its host on. What is below one begins so; one that does not end with a slash is a repository as well.
  repositories: `variables.prefixes.map(p, p.substring(p.indexOf('://') + 3)).map(p, ${withoutEnd('p', '.git')})`,
  gitBranches: `variables.env.filter(e, e.name == 'GIT_BRANCH').map(e, e.?value.orValue(''))`,
  // Without a name where the kubelet would put the value of another variable.
  branches: `[string(${annotation(ANNOTATIONS.branch)})] + variables.gitBranches.map(b, b.replace('$$', '').contains('$(') ? '' : b.replace('$$', '$'))`,
  credentials: `variables.volumes.filter(v, v.name == 'git-credential' && has(v.secret) && has(v.secret.secretName)).map(v, v.secret.secretName)`,
  limits: amounts('limits'),
  run: label(LABELS.run),
  task: label(LABELS.task),
  requests: amounts('requests'),
};

/** @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted for what of it is its */
export const SPAWN_RULES: readonly AdmissionRule[] = [
  {
    name: 'labels',
    message: `only those of a run are allowed, with ${LABELS.managedBy}=${MANAGED_BY}`,
    holds: `variables.labels.all(k, k in ${list(Object.values(LABELS))}) && '${LABELS.managedBy}' in variables.labels && variables.labels['${LABELS.managedBy}'] == '${MANAGED_BY}' && ${list([LABELS.run, LABELS.task])}.all(k, k in variables.labels)`,
  },
  {
    name: 'annotations',
    message: 'only those of a new run are allowed',
    holds: `variables.annotations.all(k, k in ${list(Object.values(ANNOTATIONS).filter((key) => key !== ANNOTATIONS.cancelledBy))})`,
  },
  {
    name: 'created-by',
    message: `the annotation ${ANNOTATIONS.createdBy} must be the user who asks`,
    holds: `'${ANNOTATIONS.createdBy}' in variables.annotations && variables.annotations['${ANNOTATIONS.createdBy}'] == request.userInfo.username`,
  },
  {
    name: 'owner',
    message: 'a run has no owner, no finalizer and a name of its own',
    holds: none('object.metadata', ['ownerReferences', 'finalizers', 'generateName']),
  },
  {
    name: 'egress',
    message: 'the label must be one of the profiles that egress.profiles allows',
    holds: `variables.egress in ${allowed('egress')}`,
  },
  {
    name: 'egress-open',
    message: 'open is for the groups in egress.openGroups',
    holds: `variables.egress != 'open' || ${allowed('openGroups')}.size() == 0 || ${allowed('openGroups')}.exists(g, g in variables.groups)`,
  },
  {
    name: 'containers',
    message: `one container is allowed, ${CONTAINER}`,
    holds: `${SPEC}.containers.size() == 1 && ${AGENT}.name == '${CONTAINER}' && ${none(SPEC, ['initContainers', 'ephemeralContainers'])}`,
  },
  {
    name: 'name',
    message: 'it must be agent-TASK-RUN-ATTEMPT, by the labels of task and run and the annotation of the attempt',
    holds: `object.metadata.name == ['agent', variables.task, variables.run, string(${annotation(ANNOTATIONS.attempt)})].join('-') && string(${annotation(ANNOTATIONS.attempt)}).matches(r'^[1-9][0-9]{0,5}$') && variables.run.matches(r'^[0-9a-f]{10}$') && string(${annotation(ANNOTATIONS.runId)}).matches(r'^[0-9a-f]{64}$') && string(${annotation(ANNOTATIONS.runId)}).startsWith(variables.run)`,
  },
  {
    name: 'image',
    message: 'it must be the one that pod.image.repository names, with a tag or a digest',
    // A name without a registry may itself be one, with a port: what follows has no path.
    holds: `(${AGENT}.image.startsWith(${one('image')} + ':') || ${AGENT}.image.startsWith(${one('image')} + '@')) && !${AGENT}.image.substring(${one('image')}.size()).contains('/')`,
  },
  {
    name: 'digest',
    message: 'pod.image.requireDigest: the image must be named by its digest',
    holds: `${one('requireDigest')} != 'true' || ${AGENT}.image.matches('@sha256:[0-9a-f]{64}$')`,
  },
  {
    name: 'pull-policy',
    message: 'it must be pod.image.pullPolicy, or Always',
    holds: `${AGENT}.?imagePullPolicy.orValue('') in ['Always', ${one('pullPolicy')}]`,
  },
  {
    name: 'command',
    message: "the image's own program runs, without anything beside it",
    holds: none(AGENT, [
      'command',
      'args',
      'workingDir',
      'ports',
      'lifecycle',
      'livenessProbe',
      'readinessProbe',
      'startupProbe',
      'stdin',
      'stdinOnce',
      'tty',
      'volumeDevices',
      'restartPolicy',
    ]),
  },
  {
    name: 'environment',
    message: `only values of ${INPUT_VARIABLES.join(', ')} are allowed`,
    holds: `!has(${AGENT}.envFrom) && variables.env.all(e, e.name in ${list(INPUT_VARIABLES)} && !has(e.valueFrom))`,
  },
  {
    name: 'service-links',
    message: "no variables tell of the namespace's Services",
    holds: `!${SPEC}.?enableServiceLinks.orValue(true)`,
  },
  {
    name: 'repository',
    message: 'GIT_REPO must be below one of git.repositories, or be one that does not end with /',
    holds: `variables.repository.matches(r'^(https?://|ssh://[\\w.-]+@)[a-z0-9.-]+(:[0-9]+)?(/([\\w.~+-]|%20)+)+$') && !variables.repository.matches(r'/\\.{1,2}(/|$)') && variables.repositories.exists(p, p.endsWith('/') ? variables.identity.startsWith(p) && variables.identity != p : (variables.identity + '/').startsWith(p + '/'))`,
  },
  {
    name: 'told',
    message: 'name and annotations must say of the run what its variables say',
    // The program takes an empty variable as not given.
    holds: TOLD.map(
      ([variable, told]) =>
        `string(${told}) != '' && variables.env.filter(e, e.name == '${variable}').map(e, e.?value.orValue('')) == [string(${told}).replace('$', '$$')]`,
    ).join(' && '),
  },
  {
    name: 'branch',
    message: `TASK_BRANCH and GIT_BRANCH must be names of branches, of at most ${BRANCH_BYTES} bytes`,
    holds: `variables.branches.all(b, size(bytes(b)) <= ${BRANCH_BYTES} && !b.matches(r'${NO_BRANCH}'))`,
  },
  {
    name: 'task-id',
    message: `TASK_ID must have 1 to ${TASK_ID_LENGTH} characters, and no control character`,
    holds: `string(${annotation(ANNOTATIONS.task)}).matches(r'^[^${CONTROLS}]{1,${TASK_ID_LENGTH}}$')`,
  },
  {
    name: 'service-account',
    message: 'it must be serviceAccount.name, without its token',
    holds: `has(${SPEC}.serviceAccountName) && ${SPEC}.serviceAccountName == ${one('serviceAccount')} && has(${SPEC}.automountServiceAccountToken) && !${SPEC}.automountServiceAccountToken`,
  },
  {
    name: 'volumes',
    message: 'those of a run are needed and allowed, each of its own kind, whole',
    holds: `${list(Object.keys(PLACES).slice(0, -1))}.all(n, variables.volumes.exists(v, v.name == n)) && variables.volumes.all(v, v.name in ${WRITABLE} ? has(v.emptyDir) && !has(v.emptyDir.medium) : v.name == 'config' ? has(v.configMap) && v.configMap.name == '${SETTINGS_NAME}' && !has(v.configMap.items) : v.name == 'pod-info' ? has(v.downwardAPI) && v.downwardAPI.?items.orValue([]).map(i, i.path + ' ' + i.?fieldRef.?fieldPath.orValue('')) == ["${CANCELLED_BY.path} ${CANCELLED_BY.fieldRef.fieldPath}"] : v.name in ['git-credential', 'model-credential'] && has(v.secret) && !has(v.secret.items) && !v.secret.?optional.orValue(false) && v.secret.?defaultMode.orValue(0) == ${SECRET_MODE})`,
  },
  {
    name: 'volume-size',
    message: 'each needs a size, of at most what the environment gives',
    holds: `variables.volumes.all(v, !has(v.emptyDir) || has(v.emptyDir.sizeLimit) && ${upTo('v.emptyDir.sizeLimit', `v.name == 'workspace' ? ${one('workspaceSize')} : v.name == 'home' ? ${one('homeSize')} : ${one('temporarySize')}`)})`,
  },
  {
    name: 'secrets',
    message: 'only the Secrets of git.credentials and model.credential may be mounted',
    holds: `variables.volumes.all(v, !has(v.secret) || has(v.secret.secretName) && (v.name == 'git-credential' ? v.secret.secretName in ${allowed('gitCredentials')} : v.secret.secretName == ${one('modelCredential')}))`,
  },
  {
    name: 'credential-groups',
    message: 'this credential is for the groups that rbac.credentialGroups names',
    holds: `variables.credentials.all(c, !${allowed('credentialGroups')}.exists(l, l.startsWith(c + ' ')) || variables.groups.exists(g, c + ' ' + g in ${allowed('credentialGroups')}))`,
  },
  {
    name: 'mounts',
    message: 'each volume has its own place, whole, and what is not for writing is read-only',
    holds: `variables.volumes.all(v, variables.mounts.exists(m, m.name == v.name)) && variables.mounts.all(m, m.name in variables.places && m.mountPath == variables.places[m.name] && ${none('m', ['subPath', 'subPathExpr', 'mountPropagation'])} && (m.name in ${WRITABLE} || has(m.readOnly) && m.readOnly))`,
  },
  {
    name: 'pod-security',
    message: `user and groups ${USER}, RuntimeDefault, and nothing beside`,
    holds: `has(${SPEC}.securityContext) && ${SPEC}.securityContext.?runAsNonRoot.orValue(false) && ${['runAsUser', 'runAsGroup', 'fsGroup'].map((field) => `${SPEC}.securityContext.?${field}.orValue(0) == ${USER}`).join(' && ')} && ${SPEC}.securityContext.?seccompProfile.?type.orValue('') == 'RuntimeDefault' && ${none(`${SPEC}.securityContext`, ['supplementalGroups', 'sysctls', 'seLinuxOptions', 'windowsOptions', 'appArmorProfile'])}`,
  },
  {
    name: 'container-security',
    message: 'no privilege, no capability, a read-only root',
    holds: `has(${AGENT}.securityContext) && !${AGENT}.securityContext.?allowPrivilegeEscalation.orValue(true) && !${AGENT}.securityContext.?privileged.orValue(false) && ${AGENT}.securityContext.?readOnlyRootFilesystem.orValue(false) && ${AGENT}.securityContext.?runAsNonRoot.orValue(true) && ${['runAsUser', 'runAsGroup'].map((field) => `${AGENT}.securityContext.?${field}.orValue(${USER}) == ${USER}`).join(' && ')} && ${AGENT}.securityContext.?capabilities.?drop.orValue([]) == ['ALL'] && ${AGENT}.securityContext.?seccompProfile.?type.orValue('RuntimeDefault') == 'RuntimeDefault' && ${none(`${AGENT}.securityContext`, ['procMount', 'seLinuxOptions', 'windowsOptions', 'appArmorProfile', 'capabilities.add'])}`,
  },
  {
    name: 'host',
    message: 'nothing of the node is shared, and no name is forged',
    holds: `${['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'setHostnameAsFQDN'].map((field) => `!${SPEC}.?${field}.orValue(false)`).join(' && ')} && ${none(SPEC, ['hostAliases', 'hostname', 'hostnameOverride', 'subdomain', 'dnsConfig'])} && ${SPEC}.?dnsPolicy.orValue('ClusterFirst') == 'ClusterFirst' && ${equals(`${SPEC}.hostUsers`, 'hostUsers')}`,
  },
  {
    name: 'resources',
    message:
      'limits of cpu, memory and ephemeral-storage are needed, at most those of pod.resources.limits, and nothing else',
    holds: `variables.limits.size() == 3 && ['cpu', 'memory', 'ephemeral-storage'].all(r, r in variables.limits) && ${atMost(`variables.limits['cpu']`, 'cpu')} && ${atMost(`variables.limits['memory']`, 'memory')} && ${atMost(`variables.limits['ephemeral-storage']`, 'ephemeralStorage')} && ${none(AGENT, ['resources.claims'])} && ${none(SPEC, ['resourceClaims', 'resources'])}`,
  },
  {
    name: 'requests',
    message: 'those of pod.resources.requests are needed, or as much as the limits',
    holds: [
      reserved('cpu', 'cpuRequest'),
      reserved('memory', 'memoryRequest'),
      reserved('ephemeral-storage', 'ephemeralStorageRequest'),
    ].join(' && '),
  },
  {
    name: 'deadline',
    message: 'it is needed, at most task.deadlineSeconds',
    holds: `has(${SPEC}.activeDeadlineSeconds) && ${SPEC}.activeDeadlineSeconds <= int(${one('deadlineSeconds')})`,
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
    message: 'the node is chosen by the scheduler, from those of pod.nodeSelector, pod.tolerations and pod.affinity',
    holds: `${none(SPEC, ['nodeName', 'topologySpreadConstraints', 'schedulingGates'])} && ${SPEC}.?schedulerName.orValue('default-scheduler') == 'default-scheduler' && (has(${SPEC}.nodeSelector) ? ${SPEC}.nodeSelector : {}) == variables.nodeSelector && (!has(${SPEC}.affinity) || ${one('affinity')} == 'true')`,
  },
  {
    name: 'tolerations',
    message: 'only taints of pod.tolerations may be tolerated, beside those of every pod',
    holds: `!has(${SPEC}.tolerations) || ${SPEC}.tolerations.all(t, has(t.key) && (t.key in ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'] && t.?effect.orValue('') == 'NoExecute' || [t.key, t.?operator.orValue('Equal'), t.?value.orValue(''), t.?effect.orValue('')].join(' ') in ${allowed('taints')}))`,
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
    holds: `!has(${SPEC}.imagePullSecrets) || ${SPEC}.imagePullSecrets.all(s, s.name in ${allowed('pullSecrets')})`,
  },
  {
    name: 'termination-message',
    message: 'it is a file of its own, not the log',
    holds: `${AGENT}.?terminationMessagePath.orValue('') == '${PATHS.terminationMessage}' && ${AGENT}.?terminationMessagePolicy.orValue('') == 'File'`,
  },
];
