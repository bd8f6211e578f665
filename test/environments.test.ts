import { expect, test } from '@jest/globals';
import { App, Testing } from 'cdk8s';
import { renderRun } from '../src/charts/run-chart.js';
import { runSettings } from '../src/charts/run-settings.js';
import { RunnerChart } from '../src/charts/runner-chart.js';
import { planRun } from '../src/run/request.js';
import { allowedRepository, site } from './support/site.js';

// Whatever environments there are: what is in them is their owner's business.

test.each(site)('environment $name renders into its own namespace', (environment) => {
  const { name } = environment.namespace;
  const objects = Testing.synth(new RunnerChart(new App(), environment.name, { environment }));
  expect(objects.find(({ kind }) => kind === 'Namespace').metadata.name).toBe(name);
  const namespaces = objects.flatMap(({ metadata }) => metadata.namespace ?? []);
  expect([...new Set(namespaces)]).toEqual([name]);
});

test.each(site)('environment $name has settings that a run can be rendered from', (environment) => {
  const settings = runSettings(environment);
  const request = { task: 'T001', branch: '001-login', repo: allowedRepository(settings) };
  const pod = renderRun({ ...planRun(settings, request), attempt: 1 });
  expect(pod.metadata.namespace).toBe(environment.namespace.name);
});
