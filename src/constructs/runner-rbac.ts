import { ApiObject } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { SETTINGS_NAME } from '../run/settings.js';

/** Roles of people in the namespace of the runs. */
export const ROLES = ['viewer', 'maintainer', 'admin'] as const;
/** One of {@link ROLES}: `viewer`, `maintainer` or `admin`. */
export type RoleName = (typeof ROLES)[number];

/** Properties of {@link RunnerRbac}. */
export interface RunnerRbacProps {
  /** Start of the names of the Roles: `<name>-viewer`, `<name>-maintainer`, `<name>-admin`. */
  readonly name: string;

  /**
   * Groups of people for each role, as the API server knows them: with the prefix of its OIDC configuration.
   *
   * @default - the Roles exist, but nobody is bound to them
   * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#openid-connect-tokens
   */
  readonly groups?: Readonly<Partial<Record<RoleName, readonly string[]>>>;
}

type Rule = k8s.PolicyRule;

const API = 'rbac.authorization.k8s.io';

/** Rights that `ps`, `tail-logs` and `describe` need: no Secret, no wildcard. */
const LOOK: Rule[] = [
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  { apiGroups: [''], resources: ['events', 'resourcequotas', 'serviceaccounts'], verbs: ['get', 'list'] },
  { apiGroups: [''], resources: ['namespaces'], verbs: ['get'] },
  { apiGroups: ['external-secrets.io'], resources: ['externalsecrets'], verbs: ['get', 'list'] },
  { apiGroups: [''], resources: ['configmaps'], resourceNames: [SETTINGS_NAME], verbs: ['get'] },
];

/** Rights that `spawn-task` and `cancel` need. A cancel patches annotation and deadline, so that work is saved. */
const SPAWN: Rule[] = [...LOOK, { apiGroups: [''], resources: ['pods'], verbs: ['create', 'patch', 'delete'] }];

/** Additional rights that `prune` and `kubectl attach` need. */
const PRUNE: Rule[] = [
  ...SPAWN,
  { apiGroups: [''], resources: ['pods'], verbs: ['deletecollection'] },
  { apiGroups: [''], resources: ['pods/attach'], verbs: ['get', 'create'] },
];

/** The rights of each role. */
export const ROLE_RULES: Readonly<Record<RoleName, readonly Rule[]>> = {
  viewer: LOOK,
  maintainer: SPAWN,
  admin: PRUNE,
};

/**
 * Roles for people who view runs, spawn and cancel them, attach to them, and delete finished ones. All rights are
 * limited to the namespace. No role has access to a Secret, a shell in a pod, a wildcard, or the right to grant rights.
 */
export class RunnerRbac extends Construct {
  /** The Roles, by their {@link RoleName}. */
  readonly roles: Readonly<Record<RoleName, ApiObject>>;

  /** The RoleBindings of the given groups. */
  readonly bindings: readonly ApiObject[];

  constructor(scope: Construct, id: string, props: RunnerRbacProps) {
    super(scope, id);
    const roles: Partial<Record<RoleName, ApiObject>> = {};
    const bindings: ApiObject[] = [];
    for (const role of ROLES) {
      const name = `${props.name}-${role}`;
      roles[role] = new ApiObject(this, `${role}-role`, {
        apiVersion: `${API}/v1`,
        kind: 'Role',
        metadata: { name },
        rules: ROLE_RULES[role],
      });
      const groups = props.groups?.[role] ?? [];
      if (groups.length > 0) {
        const binding = new ApiObject(this, `${role}-binding`, {
          apiVersion: `${API}/v1`,
          kind: 'RoleBinding',
          metadata: { name },
          roleRef: { apiGroup: API, kind: 'Role', name },
          subjects: groups.map((group) => ({ apiGroup: API, kind: 'Group', name: group })),
        });
        bindings.push(binding);
      }
    }
    this.roles = roles as Record<RoleName, ApiObject>;
    this.bindings = bindings;
  }
}
