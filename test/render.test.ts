import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { render } from '../src/render.js';
import { defineEnvironment } from '../src/schema/environment.js';
import { environments } from './fixtures/environments.js';
import { filesBelow } from './support/files.js';

const folder = mkdtempSync(join(tmpdir(), 'agent-runner-render-'));
afterAll(() => rmSync(folder, { recursive: true }));

const files = (name: string, list: typeof environments) => {
  render(list, join(folder, name));
  return filesBelow(join(folder, name));
};
const team = defineEnvironment({
  name: 'team',
  namespace: { name: 'team-space' },
  git: { repositories: ['https://git.example/team/'] },
  gitops: { repoURL: 'https://git.example/team/runner.git' },
});

test('a fourth environment is one definition: manifests, release and Argo CD application appear, and nothing else changes', () => {
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

describe('what is rendered over what is there', () => {
  const at = (...path: string[]) => join(folder, 'over', ...path);
  const release = 'releases/agentic-sdlc-agent-runner-team';
  /** Files of the user's, also where ours are. */
  const own = [
    ...[
      'manifests/mine.yaml',
      'manifests/mine/ConfigMap.yaml',
      'manifests/dev/Extra.yaml',
      'manifests/team/Extra.yaml',
    ],
    ...['manifests/argocd-team/Application.mine.yaml', 'charts/mine/Chart.yaml', 'notes.txt'],
    ...['charts/agentic-sdlc-agent-runner/my-values.yaml', `${release}/my-values.yaml`],
    ...['releases/agentic-sdlc-agent-runner-mine/values.yaml', 'releases/mine/Chart.yaml'],
  ];
  const write = (path: string, text: string) => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), text);
  };
  beforeAll(() => {
    render([...environments, team], at());
    for (const path of own) write(path, 'a file of the user');
  });
  afterEach(() => {
    for (const path of own) expect(readFileSync(at(path), 'utf8')).toBe('a file of the user');
  });

  test('changes nothing the second time, and says so', () => {
    expect(render([...environments, team], at())).toMatchObject({ added: [], changed: [], removed: [] });
  });
  test('removes what it wrote for an environment that is no more, and no file of the user', () => {
    const ours = Object.keys(filesBelow(at())).filter(
      (path) => /(argocd-|-|\/)team\//.test(path) && !own.includes(path),
    );
    const { added, changed, removed } = render(environments, at());
    expect([added, changed]).toEqual([[], ['audit-policy.yaml']]);
    expect([...removed].sort()).toEqual(ours.sort());
    expect(ours.length).toBeGreaterThan(30);
    expect(existsSync(at(release, 'charts'))).toBe(false);
  });
  test('puts back a file of an environment that was edited, and takes out one that it no longer has', () => {
    const edited = 'manifests/dev/ConfigMap.agent-runner-settings.yaml';
    const before = readFileSync(at(edited), 'utf8');
    const stale = 'manifests/dev/NetworkPolicy.of-an-older-version.yaml';
    write(stale, readFileSync(at('manifests/dev/NetworkPolicy.agent-runs.yaml'), 'utf8'));
    write(edited, 'edited');
    expect(render(environments, at())).toMatchObject({ added: [], changed: [edited], removed: [stale] });
    expect(readFileSync(at(edited), 'utf8')).toBe(before);
  });
  test('replaces a link, and leaves alone what it leads to', () => {
    const path = 'manifests/dev/ConfigMap.agent-runner-settings.yaml';
    const text = readFileSync(at(path), 'utf8');
    rmSync(at(path));
    symlinkSync(at('notes.txt'), at(path));
    expect(render(environments, at()).changed).toEqual([path]);
    expect(lstatSync(at(path)).isSymbolicLink()).toBe(false);
    expect(readFileSync(at(path), 'utf8')).toBe(text);
  });
  test('stays as it was where a construct refuses', () => {
    const before = filesBelow(at());
    const broken = { ...team, namespace: { ...team.namespace, name: 'Not A Label' } };
    expect(() => render([...environments, broken], at())).toThrow(/Not A Label/);
    expect(filesBelow(at())).toEqual(before);
  });
});

describe('manifests that are wanted elsewhere, as by cdk8s synth,', () => {
  const at = (...path: string[]) => join(folder, 'elsewhere', ...path);

  test('go there, and the rest to the folder; what is gone leaves the folders above alone', () => {
    const manifests = at('deploy', 'k8s');
    render([team], at('dist'), { manifests });
    expect(readdirSync(manifests).sort()).toEqual(['argocd-team', 'team']);
    expect(readdirSync(at('dist')).sort()).toEqual(['audit-policy.yaml', 'charts', 'releases']);
    render([], at('dist'), { manifests });
    expect(readdirSync(manifests)).toEqual([]);
  });
});
