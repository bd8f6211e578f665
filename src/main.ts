import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { environments } from './environments/index.js';
import { render } from './render.js';

// The cdk8s app. It writes what lies in dist: manifests, where `cdk8s synth` looks for them, and beside them charts,
// releases and the audit policy.
const output = process.env.CDK8S_OUTDIR ?? 'dist/manifests';
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const work = mkdtempSync(join(tmpdir(), 'agent-runner-synth-'));
try {
  render(environments, version, work);
  // What was there is replaced only by what is whole.
  for (const name of ['manifests', 'charts', 'releases', 'audit-policy.yaml']) {
    const target = name === 'manifests' ? output : join(dirname(output), name);
    rmSync(target, { recursive: true, force: true });
    cpSync(join(work, name), target, { recursive: true });
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
