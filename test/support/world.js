// @ts-check
// Everything that a run on this machine touches: a Git server with a password, a scripted model, and a pod's folder.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { demoEnvironment } from '../../examples/demo/environment.js';
import { openCodeConfig } from '../../lib/charts/opencode-config.js';
import { renderRun } from '../../lib/charts/run-chart.js';
import { runSettings } from '../../lib/charts/run-settings.js';
import { AGENT_ENTRY } from '../../lib/run/agent-entry.js';
import { planRun } from '../../lib/run/request.js';
import { defineEnvironment } from '../../lib/schema/environment.js';
import { filesBelow } from './files.js';
import { createRepository, startGitServer } from './git-server.js';
import { rulesScript, startModelServer } from './model-server.js';
import { mountVolumes, runPod } from './pod-on-this-machine.js';

export const PASSWORD = 'world-git-password';
export const MODEL_KEY = 'world-model-key';
export const FEATURE = 'specs/001-greeting';
export const BRANCH = '001-greeting';

const demo = fileURLToPath(new URL('../../examples/demo/repository', import.meta.url));

/**
 * @param {{ rules?: { match: string, steps: any[] }[], files?: Record<string, string>, host?: string,
 *   script?: import('./model-server.js').Script, onAsked?: (step: number) => void | Promise<void> }} [options]
 *   files: more of them, beside the demo's repository; host: a name of this machine in the repository's URL; script: in
 *   place of the rules
 */
export async function startWorld({ rules = [], files = {}, host, script = rulesScript(rules), onAsked } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'agent-runner-world-'));
  const root = join(folder, 'git');
  const repository = await createRepository(
    root,
    'demo/greeter',
    { ...filesBelow(demo), ...files },
    { branch: BRANCH },
  );
  const users = { 'x-access-token': PASSWORD, reader: PASSWORD };
  const git = await startGitServer({ root, users, readOnlyUsers: ['reader'] });
  const model = await startModelServer({ script, apiKey: MODEL_KEY, ...(onAsked && { onAsked }) });
  const gitUrl = host ? git.url.replace('127.0.0.1', host) : git.url;
  const environment = defineEnvironment(demoEnvironment({ git: gitUrl, model: model.url }));
  const settings = runSettings(environment);
  const url = `${gitUrl}/demo/greeter`;
  let pods = 0;

  return {
    folder,
    repository,
    git,
    model,
    url,
    environment,
    settings,

    /** How many pods have run; the last one's root is the folder `pod-<number>`. */
    pods: () => pods,

    /**
     * Plans a run as spawn-task does.
     * @param {Partial<import('../../src/run/request.js').RunRequest>} [request]
     */
    plan: (request = {}, attempt = 1) => {
      const planned = planRun(settings, { task: 'T002', branch: BRANCH, repo: url, contextPath: FEATURE, ...request });
      return { planned, pod: renderRun({ ...planned, attempt }) };
    },

    /**
     * Runs a pod in a fresh folder.
     * @param {import('../../src/charts/run-chart.js').PodManifest} pod
     * @param {{ username?: string, password?: string, key?: string, env?: Record<string, string>,
     *   settings?: Partial<import('../../src/run/settings.js').RunSettings>, opencode?: object,
     *   credential?: Record<string, string>, onRoot?: (root: string) => void, onLine?: (line: string) => void,
     *   onStart?: (child: import('node:child_process').ChildProcess) => void, wrapper?: string[] }} [options]
     *   opencode: more of OpenCode's configuration; onRoot: is told the folder before anything is in it
     */
    run: async (
      pod,
      {
        username = 'x-access-token',
        password = PASSWORD,
        credential,
        key = MODEL_KEY,
        env = {},
        settings: own,
        opencode = {},
        onRoot,
        ...options
      } = {},
    ) => {
      pods += 1;
      const podRoot = join(folder, `pod-${pods}`);
      onRoot?.(podRoot);
      await mountVolumes(podRoot, {
        config: {
          'settings.json': JSON.stringify({ ...settings, ...own }),
          'opencode.json': JSON.stringify({ ...openCodeConfig(environment), ...opencode }),
          'agent.sh': AGENT_ENTRY,
        },
        git: credential ?? { username, password },
        model: { 'api-key': key },
      });
      const [container] = /** @type {any} */ (pod.spec).containers;
      const variables = Object.fromEntries(container.env.map((/** @type {any} */ { name, value }) => [name, value]));
      return { root: podRoot, ...(await runPod(podRoot, { ...variables, ...env }, options)) };
    },

    close: async () => {
      await Promise.all([git.close(), model.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
