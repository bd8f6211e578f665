// @ts-check
// Takes one [ASYNC] task from tasks.md to a commit on the remote, in a temporary folder.
//   no flag        runs the pod's two programs as processes of this machine, without a cluster
//   --cluster      runs the task in a real pod
//   --playground   provides a namespace, a Git server, a model and a checkout to try things out
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synth } from '../../lib/synth.js';
import { gitIn } from '../../test/support/git-server.js';
import { missingForRuns } from '../../test/support/pod-on-this-machine.js';
import { BRANCH, FEATURE, startWorld } from '../../test/support/world.js';
import { demoEnvironment } from './environment.js';

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
  say('Rendering an environment, as `npm run synth` does');
  renderEnvironment();

  say('Making a repository with a spec-kit feature, a Git server with a password, and a scripted model');
  const { rules } = JSON.parse(readFileSync(new URL('model.json', import.meta.url), 'utf8'));
  const world = await startWorld({ rules });
  try {
    console.log(`${world.url}, branch ${BRANCH}, ${FEATURE}/tasks.md`);

    say(`Planning the pod, as \`spawn-task T002 ${BRANCH} ${world.url} ${FEATURE}\` does`);
    const { planned, pod } = world.plan();
    console.log(`pod ${pod.metadata.name}, branch ${planned.input.taskBranch}`);

    say("Running the pod's two programs here, with the real OpenCode; this is the runner's log:");
    console.log('(In a pod they are two containers, which the kernel keeps apart: the agent has no credential there.)');
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

function renderEnvironment() {
  const folder = mkdtempSync(join(tmpdir(), 'agent-runner-manifests-'));
  try {
    synth([demoEnvironment({ git: 'https://git.test', model: 'https://model.test/v1' })], join(folder, 'dist'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
