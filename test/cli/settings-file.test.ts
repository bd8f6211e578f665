import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { environments } from '../fixtures/environments.js';
import { renderSettings, settingsMap } from '../fixtures/rendered.js';
import { spawnTaskIn } from './terminal.js';

const TASK = ['T001', 'main', 'https://github.com/my-org/name'];
const [dev, stg, prod] = environments.map((one) => settingsMap(one));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'agent-runner-settings-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const inFolder = (...path: string[]) => {
  const made = join(folder, ...path);
  mkdirSync(made, { recursive: true });
  return made;
};
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const dryRun = (cwd: string, ...flags: string[]) => spawnTaskIn(cwd, [...TASK, '--dry-run', ...flags]);
const namespaceIn = ({ out, err }: { out: string; err: string }) => parse(out)?.metadata.namespace ?? err;

describe('the settings of a dry run are those', () => {
  test('of the checkout, wherever in it one is', async () => {
    const checkout = inFolder('checkout');
    inFolder('checkout', '.git');
    renderSettings(checkout);
    expect(namespaceIn(await dryRun(inFolder('checkout', 'src', 'deep')))).toBe('agent-runner-dev');
  });
  test('of the checkout as they are now, without a build', async () => {
    const checkout = inFolder('edited');
    renderSettings(checkout, environments.slice(0, 1));
    const path = 'edited/dist/manifests/dev/ConfigMap.agent-runner-settings.yaml';
    file(path, (dev ?? '').replaceAll('0.1.0-dev', 'another-tag'));
    expect((await dryRun(checkout)).out).toContain('image: agentic-sdlc/opencode:another-tag');
  });
  test('of the only environment, whatever its name', async () => {
    const checkout = inFolder('one');
    renderSettings(checkout, environments.slice(2));
    expect(namespaceIn(await dryRun(checkout))).toBe('agent-runner-prod');
  });
  test('in the file that --settings names', async () => {
    expect(namespaceIn(await dryRun(folder, '--settings', file('stg.yaml', stg ?? '')))).toBe('agent-runner-stg');
  });
  test('in a List of JSON, as kubectl prints it', async () => {
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [{ kind: 'Secret' }, parse(stg ?? '')] });
    expect(namespaceIn(await dryRun(folder, '--settings', file('list.json', list)))).toBe('agent-runner-stg');
  });
  test('of the environment that --env names, in a stream of documents', async () => {
    const path = file('all.yaml', [dev, 'kind: Namespace', stg, prod].join('\n---\n'));
    expect(namespaceIn(await dryRun(folder, '--settings', path, '--env', 'prod'))).toBe('agent-runner-prod');
  });
});

describe('of a namespace that is named', () => {
  test('they are those of the environment that has it', async () => {
    const checkout = inFolder('by-namespace');
    renderSettings(checkout);
    const { out, err } = await dryRun(checkout, '-n', 'agent-runner-prod');
    expect(out).toContain('cpu: "4"');
    expect([parse(out).metadata.namespace, err]).toEqual(['agent-runner-prod', '']);
  });
  test.each([[[]], [['--env', 'stg']]])('that none has, it is said whose they are, with %j', async (flags) => {
    const checkout = inFolder('foreign-namespace');
    renderSettings(checkout);
    const { code, out, err } = await dryRun(checkout, ...flags, '-n', 'elsewhere');
    expect([code, parse(out).metadata.namespace]).toEqual([0, 'elsewhere']);
    const [, name = 'dev'] = flags;
    expect(err).toContain(
      `these are the settings of environment ${name}, whose namespace is agent-runner-${name}: a run`,
    );
  });
});

describe('a dry run is refused, with what to do,', () => {
  const refusal = async (cwd: string, ...flags: string[]) => {
    const { code, out, err } = await dryRun(cwd, ...flags);
    expect([code, out]).toEqual([2, '']);
    return err;
  };
  test('where nothing was rendered', async () => {
    const err = await refusal(inFolder('empty'));
    expect(err).toContain('a dry run needs settings, and there are none in dist/manifests');
    expect(err).toContain('give a rendered ConfigMap with --settings FILE, or ask the cluster with --dry-run=server');
  });
  test('where several environments are, and none is named dev', async () => {
    const checkout = inFolder('two');
    renderSettings(checkout, environments.slice(1));
    expect(await refusal(checkout)).toContain('no environment is named; dist/manifests has prod, stg: give --env NAME');
  });
  test.each([
    ['there is none', 'kind: Pod', 'has no ConfigMap agent-runner-settings: give one that npm run synth has written'],
    ['it is no YAML', 'kind: [', 'is not YAML'],
    ['it is empty', '', 'has no ConfigMap agent-runner-settings'],
    ['its aliases are a bomb', `a: &a [x]\nb: [${'*a,'.repeat(200)}]\n`, 'is not YAML that can be read'],
    ['an alias leads nowhere', 'kind: *x', 'is not YAML'],
    [
      'a setting is of another kind',
      (dev ?? '').replace(/"repositories": \[[^\]]*\]/, '"repositories": "x"'),
      'has a repositories that is not a list',
    ],
    [
      'the settings are no text',
      'kind: ConfigMap\nmetadata: {name: agent-runner-settings}\ndata: {settings.json: 5}',
      'has no settings.json',
    ],
    [
      'several are in it',
      [dev, stg].join('\n---\n'),
      'has the settings of several environments; it has those of dev (namespace agent-runner-dev), stg',
    ],
    ['its settings are no JSON', (dev ?? '').replace('settings.json: |', 'settings.json: |\n    {'), 'is not JSON'],
    ['its version is another', (dev ?? '').replace(/"version": \d+/, '"version": 1'), 'has version 1'],
    ['a setting is missing', (dev ?? '').replace('"workspaceSize"', '"size"'), 'has no workspaceSize'],
  ])('where %s in the file', async (_, text, message) => {
    expect(await refusal(folder, '--settings', file('wrong.yaml', text))).toContain(message);
  });
  test('where the file is of another environment', async () => {
    const path = file('dev.yaml', dev ?? '');
    expect(await refusal(folder, '--settings', path, '--env', 'prod')).toContain(
      'has no settings of environment "prod"; it has those of dev',
    );
  });
  test('where something else is in the place of the manifests', async () => {
    const checkout = inFolder('no-folder', 'dist');
    writeFileSync(join(checkout, 'manifests'), '');
    expect(await refusal(inFolder('no-folder'))).toContain('there are none in dist/manifests');
  });
  test('and never for what is wrong about another environment in the file', async () => {
    const path = file('mixed.yaml', [dev, (prod ?? '').replace(/"version": \d+/, '"version": 1')].join('\n---\n'));
    expect(namespaceIn(await dryRun(folder, '--settings', path, '--env', 'dev'))).toBe('agent-runner-dev');
    expect(namespaceIn(await dryRun(folder, '--settings', path, '-n', 'agent-runner-dev'))).toBe('agent-runner-dev');
  });
  test('where the file is not there', async () => {
    expect(await refusal(folder, '--settings', '/nowhere')).toContain('--settings /nowhere cannot be read: ENOENT');
  });
});

test.each([[[]], [['--dry-run=server']]])(
  '--settings is refused with %j, where those of the cluster count',
  async (flags) => {
    const { code, err } = await spawnTaskIn(folder, [...TASK, ...flags, '--settings', 'a.yaml']);
    expect(err).toContain('--settings a.yaml needs --dry-run=client');
    expect(code).toBe(2);
  },
);
