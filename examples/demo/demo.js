// @ts-check
// One [ASYNC] task from its tasks.md to a commit on the remote. Without a cluster the pod's own program runs as a process
// of this machine; with --cluster it runs in a real pod; with --playground a namespace, a Git server, a model and a checkout
// are left for the user to play with. Everything lies in a temporary folder.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, YamlOutputType } from 'cdk8s';
import { RunnerChart } from '../../lib/charts/runner-chart.js';
import { environments } from '../../lib/environments/index.js';
import { filesBelow } from '../../test/support/files.js';
import { gitIn } from '../../test/support/git-server.js';
import { missingForRuns } from '../../test/support/pod-on-this-machine.js';
import { BRANCH, FEATURE, startWorld } from '../../test/support/world.js';

const say = (/** @type {string} */ text) => console.log(`\n==> ${text}`);

if (process.argv.includes('--cluster')) {
  process.exitCode = await (await import('./cluster.js')).demoOnCluster(say);
} else if (process.argv.includes('--playground')) {
  process.exitCode = await (await import('./cluster.js')).playOnCluster(say);
} else {
  const missing = missingForRuns();
  if (missing) console.error(`The demo cannot run here: ${missing}`);
  process.exitCode = missing ? 1 : await demo();
}

async function demo() {
  say('Rendering every environment, as `npm run synth` does');
  renderEnvironments();

  say('Making a repository with a spec-kit feature, a Git server with a password, and a scripted model');
  const { rules } = JSON.parse(readFileSync(new URL('model.json', import.meta.url), 'utf8'));
  const world = await startWorld({ rules });
  try {
    console.log(`${world.url}, branch ${BRANCH}, ${FEATURE}/tasks.md`);

    say(`Planning the pod, as \`spawn-task T002 ${BRANCH} ${world.url} ${FEATURE}\` does`);
    const { planned, pod } = world.plan();
    console.log(`pod ${pod.metadata.name}, branch ${planned.input.taskBranch}`);

    say("Running the pod's program here, with the real OpenCode; this is the pod's log:");
    const { code, result } = await world.run(pod, { onLine: (line) => console.log(line) });

    say('What the remote has now');
    if (result?.outcome === 'delivered')
      console.log(await gitIn(world.repository.dir, 'show', '--stat', result.branch));
    console.log(`\n${result?.outcome ?? 'no result'} ${result?.commit ?? result?.message ?? ''}`);
    return code ?? 1;
  } finally {
    await world.close();
  }
}

function renderEnvironments() {
  const outdir = mkdtempSync(join(tmpdir(), 'agent-runner-manifests-'));
  const yamlOutputType = YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE;
  const app = new App({ outdir, outputFileExtension: '.yaml', yamlOutputType });
  for (const environment of environments) new RunnerChart(app, environment);
  app.synth();
  const manifests = Object.keys(filesBelow(outdir));
  for (const { name } of environments) {
    console.log(`${name}: ${manifests.filter((path) => path.startsWith(`${name}/`)).length} manifests`);
  }
  rmSync(outdir, { recursive: true });
}
