import { describe, expect, test } from '@jest/globals';
import { renderRun } from '../../src/charts/run-chart.js';
import { all, minimal, render } from '../constructs/pod-fixtures.js';

describe('renderRun', () => {
  test.each([
    ['minimal', minimal],
    ['complete', all],
  ])('gives the pod of the construct, %s, as the API server takes it', (_, props) => {
    expect(renderRun(props)).toEqual(render(props));
    expect(JSON.parse(JSON.stringify(renderRun(props)))).toEqual(renderRun(props));
  });

  test('renders it into the namespace of the settings', () => {
    expect(renderRun(minimal).metadata.namespace).toBe('agent-runner-demo');
  });

  test('keeps two runs apart', () => {
    const second = renderRun({ ...minimal, attempt: 2 });
    expect(second.metadata.name).not.toBe(renderRun(minimal).metadata.name);
  });

  test('throws the rule that the props break', () => {
    expect(() => renderRun({ ...minimal, attempt: 0 })).toThrow('attempt is 0; it counts from 1');
  });

  test('throws every rule that the props break', () => {
    expect(() => renderRun({ ...minimal, attempt: 0, gitCredential: 'other', egress: 'open' })).toThrow(
      [
        'attempt is 0; it counts from 1',
        'gitCredential is "other"; allowed are git',
        'egress is "open"; allowed are github',
      ].join('\n'),
    );
  });
});
