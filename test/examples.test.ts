import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';

// As a user has them: an empty folder, and the packed tarball in it.
const project = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'agent-runner-examples-'));
const MINUTES = 300_000;
const npm = (args: readonly string[], cwd = folder) =>
  execFileSync('npm', [...args, '--prefer-offline', '--no-audit', '--no-fund'], {
    cwd,
    encoding: 'utf8',
    stdio: 'pipe',
  });

beforeAll(() => {
  npm(['pack', '--ignore-scripts', '--pack-destination', folder], project);
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  npm(['install', join(folder, tarball)]);
}, MINUTES);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of an example beside the installed package. */
function copied(name: string): string {
  const own = join(folder, name);
  cpSync(join(project, 'examples', name), own, { recursive: true });
  return own;
}
const node = (cwd: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });
  return { status, stdout, stderr };
};
const objectsIn = (file: string) =>
  parseAllDocuments(readFileSync(file, 'utf8')).map(
    (document) => document.toJS() as { kind: string; metadata: { name: string } },
  );

describe('examples/site, a repository of a user’s own,', () => {
  let own: string;
  beforeAll(() => {
    own = copied('site');
  });

  test('renders its environments, and says what it wrote', () => {
    const { status, stdout, stderr } = node(own, 'synth.js');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^dist: \d+ files for dev, prod; \d+ added, 0 changed, 0 removed$/m);
    expect(stdout).toContain('added   manifests/dev/');
    expect(existsSync(join(own, 'dist/releases/agentic-sdlc-agent-runner-prod/Chart.yaml'))).toBe(true);
    expect(node(own, 'synth.js').stdout).toMatch(/; nothing changed$/m);
  });
  test('passes its tests', () => {
    const { status, stdout } = node(own, '--test', '--test-reporter=tap');
    expect([status, stdout]).toEqual([0, expect.stringContaining('# pass 2')]);
  });
  test('says what a change of an environment changes', () => {
    const file = join(own, 'environments.js');
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace(
        "name: 'agent-runner-dev' }",
        "name: 'agent-runner-dev', labels: { team: 'a' } }",
      ),
    );
    expect(node(own, 'synth.js').stdout).toContain('changed manifests/dev/Namespace.agent-runner-dev.yaml');
  });
  test('prints the pod of a dry run from what it rendered', () => {
    const args = ['T001', '001-login', 'https://github.com/acme/shop', '--dry-run'];
    const bin = join(folder, 'node_modules/agentic-sdlc-agent-runner/bin/spawn-task.cjs');
    expect(node(own, bin, ...args).stdout).toContain('namespace: agent-runner-dev');
  });
  test('is told of every problem of every environment, without a stack, with exit code 2', () => {
    const broken = [
      "{ name: 'one', namespace: { name: 'space' }, pod: { image: { tag: 'a b' } }, task: { deadlineSeconds: 10 } }",
      "{ name: 'two', namespace: { name: 'space' }, gpu: 1 }",
    ];
    writeFileSync(join(own, 'broken.js'), `import { synth } from 'agentic-sdlc-agent-runner';\nsynth([${broken}]);\n`);
    const { status, stderr } = node(own, 'broken.js');
    expect(status).toBe(2);
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^synth: environment one: pod\.image\.tag: "a b": /),
      expect.stringMatching(/^synth: environment one: task\.deadlineSeconds must be more than /),
      expect.stringMatching(/^synth: environment two: gpu is unknown; /),
      'synth: environments one and two: namespace.name is "space" in each; give each its own',
    ]);
  });
});

test('examples/single-constructs renders a namespace, its bounds and one run', () => {
  const own = copied('single-constructs');
  const { status, stdout, stderr } = node(own, 'app.js');
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^pod agent-t001-[0-9a-f]{10}-1 in namespace team-agents$/m);
  const kinds = objectsIn(join(own, 'dist/team.k8s.yaml')).map(({ kind }) => kind);
  expect(kinds.sort()).toEqual(['LimitRange', 'Namespace', 'Pod', 'ResourceQuota']);
});

test('examples/custom-role renders the runner and a Role beside it', () => {
  const own = copied('custom-role');
  expect(node(own, 'app.js')).toMatchObject({ status: 0, stderr: '' });
  const objects = objectsIn(join(own, 'dist/dev.k8s.yaml'));
  const added = objects.filter(({ metadata }) => metadata.name.startsWith('report-bot')).map(({ kind }) => kind);
  expect(added.sort()).toEqual(['Role', 'RoleBinding', 'RoleBinding']);
  expect(objects.length).toBeGreaterThan(20);
});

test('the examples have the types that the package says', () => {
  const tsc = join(project, 'node_modules/typescript/bin/tsc');
  mkdirSync(join(folder, 'types'), { recursive: true });
  for (const name of ['site/environments.js', 'single-constructs/app.js', 'custom-role/app.js']) {
    cpSync(join(project, 'examples', name), join(folder, 'types', name.replace('/', '-')));
  }
  writeFileSync(
    join(folder, 'types/wrong.ts'),
    "import { AgentNamespace } from 'agentic-sdlc-agent-runner';\nimport { App, Chart } from 'cdk8s';\n" +
      "// @ts-expect-error a namespace has a name\nnew AgentNamespace(new Chart(new App(), 'a'), 'b', {});\n",
  );
  const flags = [
    '--strict',
    '--allowJs',
    '--checkJs',
    '--noEmit',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--types',
    '',
  ];
  const files = readdirSync(join(folder, 'types')).map((name) => join(folder, 'types', name));
  const { status, stdout } = node(folder, tsc, ...flags, ...files);
  expect([stdout, status]).toEqual(['', 0]);
});
