import { ANNOTATIONS } from '../run/metadata.js';
import { all, any, each, list } from './cel.js';
import type { AdmissionRule } from './policy.js';

const OWN = ANNOTATIONS.task.replace(/\/.*/, '/');
const same = (field: string, none: string) =>
  `object.?${field}.orValue(${none}) == oldObject.?${field}.orValue(${none})`;

/** No entry may be added. One may be removed: the garbage collector removes a finalizer that a deletion has set. */
const noneMore = (field: string) =>
  `object.metadata.?${field}.orValue([]).all(one, one in oldObject.metadata.?${field}.orValue([]))`;
const sameImages = (field: string) =>
  `object.spec.?${field}.orValue([]).map(c, c.image) == oldObject.spec.?${field}.orValue([]).map(c, c.image)`;
const CONTROLLERS = ['system:masters', 'system:nodes', 'system:serviceaccounts:kube-system'];
const BY_USER = `variables.new[?'${ANNOTATIONS.cancelledBy}'].orValue('') == request.userInfo.username`;

/** Nodes and networks may set their own annotations, but not the runner's. */
const BY_CONTROLLER = all('variables.controller', `!k.startsWith('${OWN}')`);

/**
 * Variables that the rules about changes share. Networks annotate pods, either from the nodes or as a ServiceAccount of
 * kube-system. The cluster's other controllers only need to delete a pod and to remove finalizers.
 */
export const CHANGE_VARIABLES = {
  new: `object.metadata.?annotations.orValue({})`,
  old: `oldObject.metadata.?annotations.orValue({})`,
  controller: `${list(CONTROLLERS)}.exists(g, g in request.userInfo.?groups.orValue([]))`,
};

/** How a run's pod may be changed: a cancel sets an annotation and an earlier deadline. */
export const CHANGE_RULES: readonly AdmissionRule[] = [
  {
    name: 'labels-change',
    message: 'the labels of a run cannot be changed, since policies select by them',
    holds: same('metadata.?labels', '{}'),
  },
  {
    name: 'annotations-change',
    message: `only ${ANNOTATIONS.cancelledBy} may be set; nodes and kube-system may set others, except the runner's`,
    holds: all(
      each(
        'variables.new',
        'k',
        any(`k == '${ANNOTATIONS.cancelledBy}'`, 'variables.old[?k] == variables.new[?k]', BY_CONTROLLER),
      ),
      // No annotation may be removed either.
      each('variables.old', 'k', any('k in variables.new', BY_CONTROLLER)),
    ),
  },
  {
    name: 'cancelled-by',
    message: 'it must be the user who sends the request',
    holds: any(`variables.new[?'${ANNOTATIONS.cancelledBy}'] == variables.old[?'${ANNOTATIONS.cancelledBy}']`, BY_USER),
  },
  {
    name: 'deadline-change',
    message: `an earlier one is a cancel: ${ANNOTATIONS.cancelledBy} must be the user who sends the request`,
    holds: any(same('spec.?activeDeadlineSeconds', '0'), BY_USER),
  },
  {
    name: 'owner-change',
    message: 'no owner and no finalizer may be added to a run',
    holds: all(noneMore('ownerReferences'), noneMore('finalizers')),
  },
  {
    name: 'image-change',
    message: 'a run keeps the image of each container',
    holds: all(sameImages('containers'), sameImages('initContainers')),
  },
  {
    name: 'tolerations-change',
    message: 'a run keeps its tolerations',
    holds: same('spec.?tolerations', '[]'),
  },
];

const GRACE = 'request.?options.?gracePeriodSeconds';

/** How a run's pod may be deleted: during a deletion, the grace period replaces the deadline. */
export const DELETE_RULES: readonly AdmissionRule[] = [
  {
    name: 'delete-grace-period',
    message: 'at most terminationGracePeriodSeconds of the pod, or 1 second, since it replaces the deadline',
    holds: any(
      'oldObject == null',
      // kubectl delete --now, and --force.
      `${GRACE}.orValue(0) <= 1`,
      `${GRACE.replaceAll('?', '')} <= oldObject.spec.?terminationGracePeriodSeconds.orValue(0)`,
    ),
  },
];

const MASTERS = `'system:masters' in variables.groups`;

export const CONNECT_VARIABLES = {
  groups: `has(request.userInfo.groups) ? request.userInfo.groups : []`,
};

/** Who may connect to a run's pod, or change it while it runs. */
export const CONNECT_RULES: readonly AdmissionRule[] = [
  {
    name: 'attach',
    message: 'only the groups in rbac.groups.admin may attach',
    holds: any(
      `request.subResource != 'attach'`,
      MASTERS,
      'variables.allowed.adminGroups.exists(g, g in variables.groups)',
    ),
  },
  {
    name: 'connect',
    message: 'nobody may run commands in a run’s pod, connect to its ports, or change it while it runs',
    holds: any(`request.subResource == 'attach'`, MASTERS),
  },
];
