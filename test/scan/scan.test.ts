import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { renderRun } from '../../src/charts/run-chart.js';
import { runSettings } from '../../src/charts/run-settings.js';
import { releaseName } from '../../src/charts/runner-chart.js';
import { planRun } from '../../src/run/request.js';
import type { Environment } from '../../src/schema/environment.js';
import { helm } from '../../tools/helm.js';
import {
  checkov,
  gitleaks,
  hadolint,
  installScanners,
  kubeScore,
  missingScanners,
  SCANNERS,
} from '../../tools/scanners.js';
import { template } from '../support/chart.js';
import { site } from '../support/site.js';
import { ACCEPTED, accepts } from './accepted.js';

const MINUTES = 1_200_000;
const project = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'agent-runner-scan-'));
const dockerfiles = readdirSync(join(project, 'docker')).filter((name) => name.startsWith('Dockerfile'));
const missing = missingScanners();
if (missing) console.warn(`The scan is skipped: ${missing}`);

/** One run of each profile: what bounds pods shows only where there are some. */
function writeRuns(environment: Environment, into: string): void {
  const settings = runSettings(environment);
  for (const egress of settings.egress) {
    const repo = 'https://github.com/my-org/shop';
    const planned = planRun(settings, { task: `T-${egress}`, branch: '001-login', repo, egress });
    const pod = renderRun({ ...planned, attempt: 1, createdBy: 'ada' });
    writeFileSync(join(into, `Pod.${egress}.json`), JSON.stringify(pod));
  }
}

/** What is rendered for an environment, with runs in it: as manifests, and as Helm renders its release. */
function written(environment: Environment, how: string): string {
  const into = join(folder, `${environment.name}-${how}`);
  mkdirSync(into);
  writeRuns(environment, into);
  if (how === 'manifests') {
    cpSync(join(project, 'dist/manifests', environment.name), into, { recursive: true });
  } else {
    const release = releaseName(environment);
    const output = template(helm(3), join(project, 'dist/releases', release), release, environment.namespace.name);
    writeFileSync(join(into, 'release.yaml'), output);
  }
  return into;
}

(missing ? describe.skip : describe)('the scanners', () => {
  const found = new Set<string>();
  const unexpected = (findings: readonly string[]): string[] => {
    for (const finding of findings) found.add(finding);
    return findings.filter((finding) => !ACCEPTED.some((one) => accepts(one, finding)));
  };

  beforeAll(() => {
    console.log(`Scanners: ${SCANNERS.join(', ')}`);
    installScanners();
    helm(3);
  }, MINUTES);
  afterAll(() => rmSync(folder, { recursive: true }));

  describe.each(site.map((environment) => [environment.name, environment] as const))('for %s', (_, environment) => {
    test.each(['manifests', 'release'])(
      'find nothing in its %s, with a run of each profile',
      (how) => {
        const into = written(environment, how);
        expect(unexpected(kubeScore(readdirSync(into).map((file) => join(into, file))))).toEqual([]);
        expect(unexpected(checkov(into, 'kubernetes'))).toEqual([]);
      },
      MINUTES,
    );
  });
  test(
    'find nothing in the Dockerfiles',
    () => {
      expect(dockerfiles).not.toEqual([]);
      expect(unexpected(hadolint(dockerfiles.map((name) => join(project, 'docker', name))))).toEqual([]);
      expect(unexpected(checkov(join(project, 'docker'), 'dockerfile'))).toEqual([]);
    },
    MINUTES,
  );
  test(
    'find no secret in anything that was ever committed',
    () => {
      expect(unexpected(gitleaks(project))).toEqual([]);
    },
    MINUTES,
  );
  test('still find each thing that is accepted', () => {
    const gone = ACCEPTED.filter((one) => ![...found].some((finding) => accepts(one, finding)));
    expect(gone).toEqual([]);
    for (const { why } of ACCEPTED) expect(why).toMatch(/\w+ \w+/);
  });
});

describe('a scanner', () => {
  (missing ? test.skip : test)(
    'does find what is wrong',
    () => {
      const bad = join(folder, 'bad');
      mkdirSync(bad, { recursive: true });
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'bad' },
        spec: { containers: [{ name: 'x', image: 'x' }] },
      };
      writeFileSync(join(bad, 'pod.json'), JSON.stringify(pod));
      writeFileSync(join(bad, 'Dockerfile'), 'FROM debian\nRUN cd /tmp && sudo apt-get install curl\n');
      expect(kubeScore([join(bad, 'pod.json')])).toContain(
        'kube-score container-security-context-readonlyrootfilesystem Pod/bad',
      );
      expect(checkov(bad, 'kubernetes')).toContain('checkov CKV_K8S_22 Pod/bad');
      expect(hadolint([join(bad, 'Dockerfile')])).toContain('hadolint DL3006 Dockerfile');
      expect(checkov(bad, 'dockerfile')).toContain('checkov CKV_DOCKER_3 Dockerfile');
    },
    MINUTES,
  );
});
