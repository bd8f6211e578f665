// @ts-check
// What stands in place of the modules that KubeConfig of @kubernetes/client-node imports and the commands do not use: the
// generated models (most of its size and of the time that it takes to load), logins that Kubernetes has removed or that
// `src/cluster/connect` has better, and what is there twice.

/** The modules, as files of the package import them. */
export const UNUSED = [
  './gen/index.js',
  './azure_auth.js',
  './gcp_auth.js',
  './oidc_auth.js',
  './exec_auth.js',
  'js-yaml',
  'node-fetch',
  'debug',
];

const nobody = class {
  isAuthProvider() {
    return false;
  }
};

export { nobody as AzureAuth, nobody as ExecAuth, nobody as GoogleCloudPlatformAuth, nobody as OpenIDConnectAuth };
export class ServerConfiguration {}
export const createConfiguration = () => ({});
// The global one loads all of undici when it is first named.
export class Headers {}
export default () => () => {};
