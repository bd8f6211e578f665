import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { render } from '../src/render.js';
import { filesBelow } from './support/files.js';
import { site } from './support/site.js';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'agent-runner-dist-'));
const renders: Record<string, string>[] = [];

beforeAll(() => {
  for (const name of ['first', 'second']) {
    render(site, join(folder, name));
    renders.push(filesBelow(join(folder, name)));
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

test('dist is what the source renders, and nothing else; `npm run synth` brings it up to date', () => {
  expect(filesBelow(dist)).toEqual(renders[0]);
});

test('every environment has its manifests and its release, and there is one chart and one audit policy', () => {
  const folders = Object.keys(renders[0] ?? {}).map((path) => path.split('/').slice(0, 2).join('/'));
  const name = 'agentic-sdlc-agent-runner';
  const ofEach = site.flatMap((one) => [
    `manifests/${one.name}`,
    `manifests/argocd-${one.name}`,
    `releases/${name}-${one.name}`,
  ]);
  expect([...new Set(folders)].sort()).toEqual(['audit-policy.yaml', `charts/${name}`, ...ofEach].sort());
});

test('two renders give the same bytes', () => {
  expect(renders[1]).toEqual(renders[0]);
  expect(Object.keys(renders[1] ?? {})).not.toEqual([]);
});
