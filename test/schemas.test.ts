import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { App } from 'cdk8s';
import { RunnerChart } from '../src/charts/runner-chart.js';
import { defineEnvironment } from '../src/schema/environment.js';
import { goModule, goProgram, hasGo } from '../tools/go.js';
import { helm, missingHelm } from '../tools/helm.js';
import { environmentInput } from './run/fixtures.js';
import { template } from './support/chart.js';
import { site } from './support/site.js';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const VALIDATE = 'sigs.k8s.io/kubectl-validate@v0.0.4';
const MINUTES = 600_000;

/** Every second release, and in CI each one: its schemas come with the whole of Kubernetes. */
const RELEASES = ['v1.30.14', 'v1.31.14', 'v1.32.13', 'v1.33.13', 'v1.34.4', 'v1.35.4', 'v1.36.3'].filter(
  (_, index) => process.env.CI || index % 3 === 0,
);

/** Every kind that has a CRD, from the project that defines it. */
const CRDS = [
  ['github.com/external-secrets/external-secrets@v0.20.4', 'config/crds/bases'],
  ['github.com/argoproj/argo-cd/v3@v3.5.7', 'manifests/crds'],
  ['github.com/cilium/cilium@v1.20.2', 'pkg/k8s/apis/cilium.io/client/crds/v2'],
  ['github.com/GoogleCloudPlatform/gke-networking-api@v0.2.11', 'config/crds'],
] as const;

const missing = hasGo() ? missingHelm(3) : 'no Go, with which kubectl-validate, the schemas and the CRDs are fetched';
if (missing) console.warn(`The check against the schemas of Kubernetes is skipped: ${missing}`);

(missing ? describe.skip : describe)(
  'what is rendered is valid, with the CRDs of External Secrets, Argo CD, Cilium and GKE',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'agent-runner-schemas-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    const names = site.map(({ name }) => name);
    const applications = names.map((name) => join(dist, `releases/agentic-sdlc-agent-runner-${name}/argocd.yaml`));
    beforeAll(() => {
      goProgram(VALIDATE);
      mkdirSync(join(folder, 'releases'));
      for (const name of names) {
        const release = `agentic-sdlc-agent-runner-${name}`;
        const output = template(helm(3), join(dist, 'releases', release), release, `agent-runner-${name}`);
        writeFileSync(join(folder, 'releases', `${name}.yaml`), output);
      }
    }, MINUTES);

    /** The schemas of a release, where kubectl-validate looks for them. */
    function schemas(release: string): string {
      const source = join(goModule(`k8s.io/kubernetes@${release}`), 'api/openapi-spec/v3');
      for (const file of readdirSync(source).filter((name) => /__v\w+_openapi\.json$/.test(name))) {
        const target = join(folder, release, `${file.replace('_openapi.json', '').replaceAll('__', '/')}.json`);
        mkdirSync(dirname(target), { recursive: true });
        symlinkSync(join(source, file), target);
      }
      return join(folder, release);
    }
    const crds = () => CRDS.flatMap(([module, path]) => ['--local-crds', join(goModule(module), path)]);
    const validate = (release: string, places: readonly string[]) =>
      execFileSync(goProgram(VALIDATE), ['--local-schemas', join(folder, release), ...crds(), ...places], {
        encoding: 'utf8',
        stdio: 'pipe',
        env: { ...process.env, KUBECONFIG: '' },
      });

    describe.each(RELEASES)('for Kubernetes %s', (release) => {
      beforeAll(() => {
        schemas(release);
      }, MINUTES);

      test('it is', () => {
        const output = validate(release, [join(dist, 'manifests'), join(folder, 'releases'), ...applications]);
        expect(output.match(/OK/g)?.length).toBeGreaterThan(40);
        expect(output).not.toContain('ERROR');
      });
      test.each(['cilium', 'gke'] as const)('so are the policies for %s', (policy) => {
        const hosts = [{ name: 'model.example.com', port: 443 }];
        const egress = { policy, hosts, profiles: ['github' as const, 'open' as const] };
        const environment = defineEnvironment({ ...environmentInput, egress });
        const file = join(folder, `${policy}.yaml`);
        const own = new RunnerChart(new App(), environment.name, { environment })
          .toJson()
          .filter(({ kind }) => kind.endsWith('NetworkPolicy'));
        writeFileSync(file, own.map((object) => JSON.stringify(object)).join('\n---\n'));
        const output = validate(release, [file]);
        expect(output.match(/OK/g)?.length).toBeGreaterThan(0);
        expect(output).not.toContain('ERROR');
      });
      test('and a field that there is not is found', () => {
        const wrong = join(folder, 'wrong.yaml');
        writeFileSync(wrong, 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  restartPolcy: Never\n');
        expect(() => validate(release, [wrong])).toThrow('restartPolcy');
      });
    });
  },
);
