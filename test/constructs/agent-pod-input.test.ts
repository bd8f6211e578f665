import { describe, expect, test } from '@jest/globals';
import { all, minimal, render } from './pod-fixtures.js';

const withPrompt = (prompt: string) => render({ ...minimal, input: { ...minimal.input, prompt } });

/** What the container gets for a variable: `$$` is one `$`, and `$(NAME)` the variable of that name. */
function inContainer(pod: ReturnType<typeof render>, name: string): string {
  const values = new Map<string, string>();
  for (const variable of pod.spec.containers[0].env) {
    const expand = (found: string, key: string | undefined) =>
      found === '$$' ? '$' : (values.get(key ?? '') ?? found);
    values.set(variable.name, variable.value.replace(/\$\$|\$\(([^)]*)\)/g, expand));
  }
  return values.get(name) ?? '';
}

describe('AgentPod', () => {
  test.each([
    ['minimal', minimal],
    ['complete', all],
  ])('says, when %s, that it belongs to agent-runner, never to a release of Helm or Argo CD', (_, props) => {
    const { labels } = render(props).metadata;
    expect(labels['app.kubernetes.io/managed-by']).toBe('agent-runner');
    // Argo CD, tracking by label, would prune the pod.
    expect(labels).not.toHaveProperty('app.kubernetes.io/instance');
  });

  test('is named by task, run and attempt alone', () => {
    expect(render(minimal).metadata.name).toBe(`agent-t001-${minimal.runId.slice(0, 10)}-1`);
    expect(render(all).metadata.name).toBe(`agent-t001-${minimal.runId.slice(0, 10)}-3`);
    expect(render(minimal)).toEqual(render(minimal));
  });

  test('tells the program its own name', () => {
    const pod = render(minimal);
    expect(inContainer(pod, 'RUN_NAME')).toBe(pod.metadata.name);
  });

  test('takes the feature from the branch where no directory is given', () => {
    const { contextPath, ...input } = { ...all.input, branch: 'feature/Login' };
    expect(render({ ...all, input }).metadata.labels['agentic-sdlc.io/feature']).toMatch(/^feature-login-[0-9a-f]{4}$/);
  });

  test('has only labels that the API server takes, for any task, branch and session', () => {
    const text = `-_${'Ü'.repeat(90)}/日本 !`;
    const input = { ...minimal.input, taskId: text, branch: text };
    const { labels, name } = render({ ...minimal, input, session: text }).metadata;
    for (const value of [name, ...Object.values(labels)]) expect(value).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  });

  test.each([
    ...['$(GIT_REPO)', 'run $(npm test) in $(pwd)', '$5 and $HOME', 'line\nbreak', '{{ .Values.x }}'],
    ...['kill $$', '$$(GIT_REPO)', '$$$(GIT_REPO)', 'costs $$5', '$', '$(', '$('.repeat(3)],
  ])('hands the prompt %j to the container as it is', (prompt) => {
    expect(inContainer(withPrompt(prompt), 'TASK_PROMPT')).toBe(prompt);
  });
});
