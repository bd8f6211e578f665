// @ts-check
// Writes imports/: types of the CRDs for which no maintained package exists. The CRDs come from pinned Go modules.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goModule, hasGo } from './go.js';

const CRDS = [
  {
    name: 'networking.gke.io',
    module: 'github.com/GoogleCloudPlatform/gke-networking-api@v0.2.11',
    file: 'config/crds/networking.gke.io_fqdnnetworkpolicies.yaml',
    kind: 'FQDNNetworkPolicy of GKE',
  },
];

const project = fileURLToPath(new URL('..', import.meta.url));
const folder = process.argv[2] ?? join(project, 'imports');

if (!hasGo()) {
  console.error(
    'npm run import: go is not on PATH, and fetches the CRDs, which are Go modules: install Go 1.21 or later',
  );
  process.exit(1);
}
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const { module, file } of CRDS) {
  const source = join(goModule(module), file);
  const args = ['--no', 'cdk8s', 'import', '--no-save', '--check-upgrade=false', '--language', 'typescript'];
  execFileSync('npx', [...args, '--output', folder, source], { cwd: project, stdio: ['ignore', 'ignore', 'inherit'] });
}
const rows = CRDS.map(({ name, module, kind }) => `| \`${name}.ts\` | ${kind} | \`${module}\` |`);
const readme = `# Generated types of CRDs

\`npm run import\` writes this folder with \`cdk8s import\`. Do not edit it. It has only CRDs for which no maintained package has
types: those of External Secrets and Argo CD come from \`@kubernetes-models\`. The command needs Go, which fetches the CRDs and
checks them against the public checksum database.

| file | kind | from |
| --- | --- | --- |
${rows.join('\n')}
`;
writeFileSync(join(folder, 'README.md'), readme);
