import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { defineEnvironment } from '../src/environments/environment.js';
import { environments } from '../src/environments/index.js';
import { render } from '../src/render.js';
import { filesBelow } from './support/files.js';

const folder = mkdtempSync(join(tmpdir(), 'agent-runner-render-'));
afterAll(() => rmSync(folder, { recursive: true }));

const files = (name: string, list: typeof environments) => {
  render(list, '1.2.3', join(folder, name));
  return filesBelow(join(folder, name));
};

test('a fourth environment is one definition: manifests, release and Argo CD application appear, and nothing else changes', () => {
  const team = defineEnvironment({
    name: 'team',
    namespace: { name: 'team-space' },
    git: { repositories: ['https://git.example/team/'] },
    gitops: { repoURL: 'https://git.example/team/runner.git' },
  });
  const before = files('three', environments);
  const after = files('four', [...environments, team]);
  const added = Object.fromEntries(Object.entries(after).filter(([path]) => !(path in before)));

  const audited = (all: Record<string, string>) => parse(all['audit-policy.yaml'] ?? '').rules[0].namespaces;
  expect(audited(after)).toEqual([...audited(before), 'team-space']);
  const unchanged = { ...after, 'audit-policy.yaml': before['audit-policy.yaml'] };
  expect(Object.fromEntries(Object.entries(unchanged).filter(([path]) => path in before))).toEqual(before);
  expect([...new Set(Object.keys(added).map((path) => path.split('/').slice(0, 2).join('/')))].sort()).toEqual([
    'manifests/argocd-team',
    'manifests/team',
    'releases/agentic-sdlc-agent-runner-team',
  ]);
  const settings = parse(added['manifests/team/ConfigMap.agent-runner-settings.yaml'] ?? '');
  expect(JSON.parse(settings.data['settings.json'])).toMatchObject({ environment: 'team', namespace: 'team-space' });
  expect(parse(added['releases/agentic-sdlc-agent-runner-team/values.yaml'] ?? '')).toEqual({
    'agentic-sdlc-agent-runner': { name: 'team', git: { repositories: ['https://git.example/team/'] } },
  });
  const application = added['manifests/argocd-team/Application.agentic-sdlc-agent-runner-team.yaml'] ?? '';
  expect(parse(application).spec.source.repoURL).toBe('https://git.example/team/runner.git');
});
