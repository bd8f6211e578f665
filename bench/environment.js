// @ts-check
import { demoEnvironment } from '../examples/demo/environment.js';

/** The sizes of the pod in the chart that the commands are compared with. */
const resources = {
  requests: { cpu: '500m', memory: '1Gi', 'ephemeral-storage': '2Gi' },
  limits: { cpu: '1', memory: '2Gi', 'ephemeral-storage': '10Gi' },
};

/**
 * An environment for repositories of github.com, in a namespace.
 * @param {string} namespace
 */
export function benchEnvironment(namespace) {
  const input = demoEnvironment({ git: 'https://github.com', model: 'http://127.0.0.1:1/v1', namespace });
  return { ...input, pod: { ...input.pod, resources } };
}
