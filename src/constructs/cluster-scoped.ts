import { type ApiObject, JsonPatch } from 'cdk8s';

/**
 * Takes the namespace off an object that is in none: a chart stamps its own on everything.
 * @see https://github.com/cdk8s-team/cdk8s/issues/1558
 */
export function clusterScoped(object: ApiObject): void {
  if (object.metadata.namespace) object.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
}
