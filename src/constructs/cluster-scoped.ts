import { type ApiObject, JsonPatch } from 'cdk8s';

/**
 * Removes the namespace from a cluster-scoped object: a chart writes its namespace on every object.
 * @see https://github.com/cdk8s-team/cdk8s/issues/1558
 */
export function clusterScoped(object: ApiObject): void {
  if (object.metadata.namespace) object.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
}
