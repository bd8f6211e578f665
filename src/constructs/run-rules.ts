import { ANNOTATIONS, CONTAINERS, DEFAULT_CONTAINER, LABELS, MANAGED_BY } from '../run/metadata.js';
import { all, allowed, annotation, any, each, isSlug, label, list, none } from './cel.js';
import type { AdmissionRule } from './policy.js';

// The rules for the labels and annotations of a run, and for the user who spawns it.

/** Annotations of a new run. The one of a cancel is not among them. */
const OF_A_NEW_RUN = Object.values(ANNOTATIONS).filter((key) => key !== ANNOTATIONS.cancelledBy);
const ATTEMPT = `string(${annotation(ANNOTATIONS.attempt)})`;
const RUN_ID = `string(${annotation(ANNOTATIONS.runId)})`;

export const RUN_RULES: readonly AdmissionRule[] = [
  {
    name: 'labels',
    message: `only those of a run are allowed, with ${LABELS.managedBy}=${MANAGED_BY}`,
    holds: all(
      // Policies and Services select by labels.
      each('variables.labels', 'k', `k in ${list(Object.values(LABELS))}`),
      `'${LABELS.managedBy}' in variables.labels`,
      `variables.labels['${LABELS.managedBy}'] == '${MANAGED_BY}'`,
      each(list([LABELS.run, LABELS.task]), 'k', 'k in variables.labels'),
    ),
  },
  {
    name: 'annotations',
    message: 'only those of a new run are allowed',
    holds: each('variables.annotations', 'k', any(`k == '${DEFAULT_CONTAINER}'`, `k in ${list(OF_A_NEW_RUN)}`)),
  },
  {
    name: 'default-container',
    message: `the annotation ${DEFAULT_CONTAINER} must be ${CONTAINERS.runner}, which has the log of the run`,
    holds: `${annotation(DEFAULT_CONTAINER)} == '${CONTAINERS.runner}'`,
  },
  {
    name: 'created-by',
    message: `the annotation ${ANNOTATIONS.createdBy} must be the user who sends the request`,
    holds: all(
      `'${ANNOTATIONS.createdBy}' in variables.annotations`,
      `variables.annotations['${ANNOTATIONS.createdBy}'] == request.userInfo.username`,
    ),
  },
  {
    name: 'owner',
    message: 'a run has no owner, no finalizer and no generateName',
    holds: none('object.metadata', ['ownerReferences', 'finalizers', 'generateName']),
  },
  {
    name: 'egress',
    message: 'the label must be one of the profiles that egress.profiles allows',
    holds: `variables.egress in ${allowed('egress')}`,
  },
  {
    name: 'egress-open',
    message: 'only the groups in egress.openGroups may ask for open',
    holds: any(
      `variables.egress != 'open'`,
      `${allowed('openGroups')}.size() == 0`,
      `${allowed('openGroups')}.exists(g, g in variables.groups)`,
    ),
  },
  {
    name: 'name',
    message: 'it must be agent-TASK-RUN-ATTEMPT: the labels of task and run, and the annotation of the attempt',
    holds: all(
      `object.metadata.name == ['agent', variables.task, variables.run, ${ATTEMPT}].join('-')`,
      `${ATTEMPT}.matches(r'^[1-9][0-9]{0,5}$')`,
      `variables.run.matches(r'^[0-9a-f]{10}$')`,
      // The label is the short form of the annotation.
      `${RUN_ID}.matches(r'^[0-9a-f]{64}$')`,
      `${RUN_ID}.startsWith(variables.run)`,
    ),
  },
  {
    name: 'task-label',
    message: `the label ${LABELS.task} must be the slug of TASK_ID`,
    holds: isSlug('variables.task', 'variables.taskId'),
  },
  {
    name: 'feature-label',
    message:
      `the label ${LABELS.feature} must be the slug of the last folder of TASK_CONTEXT_PATH, or without it of ` +
      'GIT_BRANCH; neither variable may be given twice',
    holds: all(
      // If one is given twice, the commands and the runner could read different values.
      'variables.gitBranches.size() == 1',
      'variables.contextPaths.size() <= 1',
      isSlug(label(LABELS.feature), 'variables.feature'),
    ),
  },
];
