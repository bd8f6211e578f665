import { Yaml } from 'cdk8s';
import { isPlain, toJson } from '../run/printable.js';

/**
 * A value as YAML. YAML leaves some characters as they are that a terminal obeys: a value with one of them becomes JSON,
 * which is YAML too and escapes them.
 */
export function toYaml(value: object): string {
  const text = Yaml.stringify(value).trimEnd();
  return isPlain(text) ? text : toJson(value, 2);
}
