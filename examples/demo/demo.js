// @ts-check
// One [ASYNC] task from its tasks.md to a commit on the remote. Without a cluster the pod's own program runs as a process
// of this machine; with --cluster it runs in a real pod. Everything lies in a temporary folder.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App, YamlOutputType } from 'cdk8s';
import { openCodeConfig } from '../../lib/charts/opencode-config.js';
import { renderRun } from '../../lib/charts/run-chart.js';
import { runSettings } from '../../lib/charts/run-settings.js';
import { RunnerChart } from '../../lib/charts/runner-chart.js';
import { defineEnvironment } from '../../lib/environments/environment.js';
import { environments } from '../../lib/environments/index.js';
import { planRun } from '../../lib/run/request.js';
import { filesBelow } from '../../test/support/files.js';
import { createRepository, gitIn, startGitServer } from '../../test/support/git-server.js';
import { rulesScript, startModelServer } from '../../test/support/model-server.js';
import { missingForRuns, mountVolumes, runPod } from '../../test/support/pod-on-this-machine.js';
import { demoEnvironment } from './environment.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const say = (/** @type {string} */ text) => console.log(`\n==> ${text}`);

if (process.argv.includes('--cluster')) {
  const { demoOnCluster } = await import('./cluster.js');
  process.exitCode = await demoOnCluster(say);
} else {
  const missing = missingForRuns();
  if (missing) {
    console.error(`The demo cannot run here: ${missing}`);
    process.exitCode = 1;
  } else {
    process.exitCode = await demo(mkdtempSync(join(tmpdir(), 'agent-runner-demo-')));
  }
}

/** @param {string} folder */
async function demo(folder) {
  say('Rendering every environment, as `npm run synth` does');
  const app = new App({
    outdir: join(folder, 'manifests'),
    outputFileExtension: '.yaml',
    yamlOutputType: YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE,
  });
  for (const environment of environments) new RunnerChart(app, environment);
  app.synth();
  const manifests = Object.keys(filesBelow(app.outdir));
  for (const { name } of environments) {
    console.log(`${name}: ${manifests.filter((path) => path.startsWith(`${name}/`)).length} manifests`);
  }

  say('Making a repository with a spec-kit feature, a Git server with a password, and a scripted model');
  const key = 'demo-model-key';
  const password = 'demo-git-password';
  const repository = await createRepository(join(folder, 'git'), 'demo/greeter', filesBelow(join(here, 'repository')), {
    branch: '001-greeting',
  });
  const git = await startGitServer({ root: join(folder, 'git'), users: { 'x-access-token': password } });
  const { rules } = JSON.parse(readFileSync(join(here, 'model.json'), 'utf8'));
  const model = await startModelServer({ script: rulesScript(rules), apiKey: key });
  try {
    console.log(`${git.url}/demo/greeter, branch 001-greeting, specs/001-greeting/tasks.md`);

    say('Planning the pod of task T002, as `spawn-task T002 001-greeting …` does');
    const environment = defineEnvironment(demoEnvironment({ git: git.url, model: model.url }));
    const settings = runSettings(environment);
    const repo = `${git.url}/demo/greeter`;
    const planned = planRun(settings, {
      task: 'T002',
      branch: '001-greeting',
      repo,
      contextPath: 'specs/001-greeting',
    });
    const pod = renderRun({ ...planned, attempt: 1 });
    console.log(`pod ${pod.metadata.name}, branch ${planned.input.taskBranch}`);

    say("Running the pod's program here, with the real OpenCode; this is the pod's log:");
    const root = join(folder, 'pod');
    await mountVolumes(root, {
      config: {
        'settings.json': JSON.stringify(settings),
        'opencode.json': JSON.stringify(openCodeConfig(environment)),
      },
      git: { username: 'x-access-token', password },
      model: { 'api-key': key },
    });
    const [container] = /** @type {any} */ (pod.spec).containers;
    const env = Object.fromEntries(container.env.map((/** @type {any} */ { name, value }) => [name, value]));
    const { code, result } = await runPod(root, env, { onLine: (line) => console.log(line) });

    say('What the remote has now');
    if (result?.outcome === 'delivered') console.log(await gitIn(repository.dir, 'show', '--stat', result.branch));
    console.log(`\n${result?.outcome ?? 'no result'} ${result?.commit ?? result?.message ?? ''}`);
    return code ?? 1;
  } finally {
    await Promise.all([git.close(), model.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
}
