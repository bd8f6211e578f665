// @ts-check
import { App, Yaml } from 'cdk8s';
import { RunnerChart } from '../lib/charts/runner-chart.js';
import { defineEnvironment } from '../lib/schema/environment.js';

/**
 * The rendered ConfigMap with an environment's settings, as YAML.
 * @param {import('../lib/schema/environment.js').EnvironmentInput} input
 */
export function settingsMap(input) {
  const environment = defineEnvironment(input);
  const chart = new RunnerChart(new App(), environment.name, { environment });
  return Yaml.stringify(chart.config.apiObject.toJson());
}
