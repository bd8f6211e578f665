// @ts-check
// The helm that tests and benchmarks use: HELM, else the one on PATH, else built here once from its Go module.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSION = 'v3.22.0';
const cache = fileURLToPath(new URL(`../node_modules/.cache/helm-${VERSION}`, import.meta.url));

/** @returns {string} */
export function helm() {
  if (process.env.HELM) return process.env.HELM;
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'helm'));
  const found = [...onPath, join(cache, 'helm')].find((file) => existsSync(file));
  if (found) return found;
  const env = { ...process.env, GOBIN: cache, CGO_ENABLED: '0' };
  execFileSync('go', ['install', '-trimpath', '-ldflags', '-s -w', `helm.sh/helm/v3/cmd/helm@${VERSION}`], {
    env,
    stdio: 'inherit',
  });
  return join(cache, 'helm');
}
