import { Yaml } from 'cdk8s';
import { isPlain, toJson } from '../../run/printable.js';

/**
 * A value as YAML. YAML does not escape some characters that a terminal obeys. A value with one of them becomes JSON,
 * which is YAML too and escapes them.
 */
export function toYaml(value: object): string {
  const text = Yaml.stringify(value).trimEnd();
  return isPlain(text) ? text : toJson(value, 2);
}
