import { ANNOTATIONS } from '../run/metadata.js';
import type { AdmissionRule } from './policy.js';

const OWN = ANNOTATIONS.task.replace(/\/.*/, '/');
const same = (field: string, none: string) =>
  `object.?${field}.orValue(${none}) == oldObject.?${field}.orValue(${none})`;

/** The garbage collector takes a finalizer away that a deletion has set. */
const noneMore = (field: string) =>
  `object.metadata.?${field}.orValue([]).all(one, one in oldObject.metadata.?${field}.orValue([]))`;
const BY_USER = `variables.new[?'${ANNOTATIONS.cancelledBy}'].orValue('') == request.userInfo.username`;

/**
 * What the rules about changes share. Networks annotate pods, from the nodes or as a ServiceAccount of kube-system; of what
 * the cluster's controllers do to a pod, they need no more than to delete it and to take finalizers away.
 */
export const CHANGE_VARIABLES = {
  new: `object.metadata.?annotations.orValue({})`,
  old: `oldObject.metadata.?annotations.orValue({})`,
  controller: `['system:masters', 'system:nodes', 'system:serviceaccounts:kube-system'].exists(g, g in request.userInfo.?groups.orValue([]))`,
};

/** How a run's pod may be changed: it can be cancelled, which is an annotation and an earlier deadline. */
export const CHANGE_RULES: readonly AdmissionRule[] = [
  {
    name: 'labels-change',
    message: 'policies select by the labels of a run: they stay as they are',
    holds: same('metadata.?labels', '{}'),
  },
  {
    name: 'annotations-change',
    message: `only ${ANNOTATIONS.cancelledBy} may be set; others than the runner's are for nodes and kube-system`,
    holds: `variables.new.all(k, k == '${ANNOTATIONS.cancelledBy}' || variables.old[?k] == variables.new[?k] || variables.controller && !k.startsWith('${OWN}')) && variables.old.all(k, k in variables.new || variables.controller && !k.startsWith('${OWN}'))`,
  },
  {
    name: 'cancelled-by',
    message: 'it must be the user who asks',
    holds: `variables.new[?'${ANNOTATIONS.cancelledBy}'] == variables.old[?'${ANNOTATIONS.cancelledBy}'] || ${BY_USER}`,
  },
  {
    name: 'deadline-change',
    message: `an earlier one is a cancel, and ${ANNOTATIONS.cancelledBy} says whose`,
    holds: `${same('spec.?activeDeadlineSeconds', '0')} || ${BY_USER}`,
  },
  {
    name: 'owner-change',
    message: 'a run gets no owner and no finalizer',
    holds: `${noneMore('ownerReferences')} && ${noneMore('finalizers')}`,
  },
  {
    name: 'image-change',
    message: 'a run keeps its image',
    holds: `object.spec.containers.map(c, c.image) == oldObject.spec.containers.map(c, c.image)`,
  },
  {
    name: 'tolerations-change',
    message: 'a run keeps its tolerations',
    holds: same('spec.?tolerations', '[]'),
  },
];

/** How a run's pod may be deleted: a pod that is being deleted has no deadline any more, but its grace period. */
export const DELETE_RULES: readonly AdmissionRule[] = [
  {
    name: 'delete-grace-period',
    message: 'at most the one of the pod, or 1 s, since it takes the place of the deadline',
    holds:
      'oldObject == null || request.?options.?gracePeriodSeconds.orValue(0) <= 1 || request.options.gracePeriodSeconds <= oldObject.spec.?terminationGracePeriodSeconds.orValue(0)',
  },
];

const MASTERS = `'system:masters' in variables.groups`;

export const CONNECT_VARIABLES = {
  groups: `has(request.userInfo.groups) ? request.userInfo.groups : []`,
};

/** Who may get into a run's pod, or change it while it runs. */
export const CONNECT_RULES: readonly AdmissionRule[] = [
  {
    name: 'attach',
    message: 'it is for the groups in rbac.groups.admin',
    holds: `request.subResource != 'attach' || ${MASTERS} || variables.allowed.adminGroups.exists(g, g in variables.groups)`,
  },
  {
    name: 'connect',
    message: 'nobody runs anything in a run’s pod but its agent, and nobody changes it while it runs',
    holds: `request.subResource == 'attach' || ${MASTERS}`,
  },
];
