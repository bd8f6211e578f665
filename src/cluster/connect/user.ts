import type { User } from '@kubernetes/client-node/dist/config_types.js';
import type { Section } from './section.js';

/** How a user of a kubeconfig proves who they are. */
export interface Login {
  /** The user, as KubeConfig takes it. */
  readonly user: User;
  /** Headers for acting as somebody else. */
  readonly impersonation: Readonly<Record<string, string | readonly string[]>>;
  /** The fields of a credential plugin. */
  readonly exec?: Section;
  /** The fields of a login at an OpenID Connect provider. */
  readonly oidc?: Section;
}

/** The names under which KubeConfig finds a credential plugin, and a login at a provider. */
export const EXEC_PLUGIN = 'exec-plugin';
export const OIDC_LOGIN = 'oidc-login';

/** What kubectl had for a cloud, and what replaced it. */
const REMOVED: Readonly<Record<string, string>> = {
  gcp: 'gke-gcloud-auth-plugin',
  azure: 'kubelogin',
};

/** @throws NoConnection if a field is wrong or not known */
export function loginOf(section: Section, name: string): Login {
  const exec = section.section('exec');
  const provider = section.section('auth-provider');
  const token = section.text('token');
  const tokenFile = section.path('tokenFile');
  const [username, password] = [section.text('username'), section.text('password')];
  const ways = [
    ['token', token ?? tokenFile],
    ['username', username],
    ['exec', exec],
    ['auth-provider', provider],
  ] as const;
  const [first, second] = ways.filter(([, value]) => value !== undefined);
  if (first && second) throw section.wrong(second[0], `is not allowed beside ${first[0]}`);
  const certData = section.content('client-certificate-data', 'client-certificate');
  const keyData = section.content('client-key-data', 'client-key');
  if (certData && !keyData) throw section.wrong('client-key', 'is missing beside client-certificate');
  const oidc = provider && oidcOf(provider);
  const impersonation = impersonationOf(section);
  section.allow('extensions');
  section.refuseOthers();
  const authProvider = exec
    ? { name: EXEC_PLUGIN }
    : oidc
      ? { name: OIDC_LOGIN }
      : tokenFile && { name: 'tokenFile', config: { tokenFile } };
  return {
    user: {
      name,
      ...(certData && { certData }),
      ...(keyData && { keyData }),
      ...(token && !tokenFile && { token }),
      ...(username && { username, password: password ?? '' }),
      ...(authProvider && { authProvider }),
    },
    impersonation,
    ...(exec && { exec }),
    ...(oidc && { oidc }),
  };
}

function oidcOf(provider: Section): Section {
  const name = provider.text('name') ?? '';
  const instead = REMOVED[name];
  if (instead) throw provider.wrong('name', `is "${name}", which Kubernetes has removed; use the plugin ${instead}`);
  if (name !== 'oidc') throw provider.wrong('name', `is "${name}"; allowed is oidc`);
  return provider.section('config') ?? provider;
}

/** @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation */
function impersonationOf(section: Section): Login['impersonation'] {
  const as = section.text('as');
  const uid = section.text('as-uid');
  const groups = section.texts('as-groups');
  const extra = section.section('as-user-extra');
  if (as === undefined) {
    if (uid || groups.length > 0 || extra)
      throw section.wrong('as', 'is missing beside as-uid, as-groups or as-user-extra');
    return {};
  }
  const extras = (extra?.keys() ?? []).map((key) => [
    `Impersonate-Extra-${encodeURIComponent(key)}`,
    extra?.texts(key) ?? [],
  ]);
  return {
    'Impersonate-User': as,
    ...(uid && { 'Impersonate-Uid': uid }),
    ...(groups.length > 0 && { 'Impersonate-Group': groups }),
    ...Object.fromEntries(extras),
  };
}
