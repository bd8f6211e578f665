import { ANNOTATIONS, LABELS } from '../run/metadata.js';
import { all, allowed, annotation, label, SPEC, valuesOf, withoutEnd } from './cel.js';
import { SHAPE } from './container-rules.js';
import { json } from './policy.js';

/** Variables that several rules use. */
export const SPAWN_VARIABLES = {
  // Every container, no matter its name.
  containers: `dyn(${SPEC}.containers) + dyn(${SPEC}.?initContainers.orValue([]))`,
  shape: json(SHAPE),
  // The variables of the runner: only this container gets the input of the run.
  env: `${SPEC}.containers[0].?env.orValue([])`,
  labels: `has(object.metadata.labels) ? object.metadata.labels : {}`,
  annotations: `has(object.metadata.annotations) ? object.metadata.annotations : {}`,
  groups: `has(request.userInfo.groups) ? request.userInfo.groups : []`,
  egress: `'${LABELS.egress}' in variables.labels ? variables.labels['${LABELS.egress}'] : ''`,
  volumes: `has(${SPEC}.volumes) ? ${SPEC}.volumes : []`,
  repository: `variables.env.filter(e, e.name == 'GIT_REPO' && has(e.value)).map(e, e.value).join(' ')`,
  // Host and path, which are the same over HTTPS and over SSH.
  identity: [
    '[variables.repository]',
    `.map(r, r.contains('@') ? r.substring(r.indexOf('@') + 1) : r.substring(r.indexOf('://') + 3))`,
    `.map(r, ${withoutEnd('r', '.git')})[0]`,
  ].join(''),
  // A repository over plain HTTP matches only prefixes with plain HTTP.
  prefixes: `${allowed('repositories')}.filter(p, ${all(
    `p.contains('://')`,
    `p.startsWith('http://') == variables.repository.startsWith('http://')`,
  )})`,
  // The prefixes without their scheme. A repository below a prefix starts with it. A prefix that does not end with a
  // slash is also a repository.
  repositories: `variables.prefixes.map(p, p.substring(p.indexOf('://') + 3)).map(p, ${withoutEnd('p', '.git')})`,
  gitBranches: valuesOf('GIT_BRANCH'),
  branches: `[string(${annotation(ANNOTATIONS.branch)})] + variables.gitBranches`,
  contextPaths: valuesOf('TASK_CONTEXT_PATH'),
  // The last folder of the path, or without a path the branch.
  feature: [
    `(variables.contextPaths.map(c, c.split('/')).map(c, c[c.size() - 1]).filter(c, c != '')`,
    ` + variables.gitBranches + [''])[0]`,
  ].join(''),
  credentials: [
    `variables.volumes.filter(v, v.name == 'git-credential' && has(v.secret) && has(v.secret.secretName))`,
    '.map(v, v.secret.secretName)',
  ].join(''),
  run: label(LABELS.run),
  task: label(LABELS.task),
  taskId: `string(${annotation(ANNOTATIONS.task)})`,
};
