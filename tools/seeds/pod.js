// @ts-check
// The pod of a run, and its images.
import { specs } from './requirement.js';

const RESTRICTED = 'test/constructs/agent-pod-restricted.test.ts';
const IMAGE = 'test/image.test.ts';
const CHECK = 'test/check-image.test.ts';
const TOOLCHAIN =
  'Planned: a second Dockerfile with toolchains. Until then an image of your own is `pod.image`: `docker/README.md`.';

/** @type {import('./requirement.js').Requirement[]} */
export const PODS = [
  {
    ids: specs('Pod 1'),
    requirement: 'The pod is never restarted.',
    by: '`src/constructs/agent-pod-spec.ts`: `restartPolicy: Never`',
    tests: [[RESTRICTED, 'ends: once, by a deadline, with time to push what there is']],
  },
  {
    ids: specs('Pod 2'),
    requirement: 'The pod has the ServiceAccount of the chart.',
    by: '`serviceAccount.name`, without a token',
    tests: [[RESTRICTED, 'has no token of its ServiceAccount, and no environment of the Services']],
  },
  {
    ids: specs('Pod 7'),
    requirement: 'The pod has one container, `agent`.',
    by: '`src/constructs/agent-pod-spec.ts`',
    tests: [[RESTRICTED, 'a %s AgentPod › is a runner, and an agent as its sidecar']],
    decided: 'Otherwise: the container `runner` has the credentials, and `agent` has none.',
  },
  {
    ids: {
      prd: ['Must 4', 'T2.1'],
      ...specs('Dockerfile 1', 'Layout 1'),
      readme: ['Layout 1', 'Build 1'],
      platform: ['Choice 1'],
    },
    requirement: 'An image with OpenCode and git is built from `docker/Dockerfile.opencode` and pushed by the user.',
    by: '`docker/Dockerfile.opencode`, `docker/Dockerfile.runner`',
    tests: [
      ['test/cluster/image.test.ts', 'the image %s has all that an agent’s image needs'],
      [IMAGE, 'the agent’s image has nothing of the runner’s, and starts nothing by itself'],
    ],
    decided: 'Otherwise: a second image has the program that holds the credentials.',
  },
  {
    ids: specs('Image 1'),
    requirement: 'The image is made from Ubuntu 22.04.',
    by: '`docker/Dockerfile.opencode`',
    tests: [[IMAGE, 'is no other image than Debian’s, with what is named']],
    decided: 'Otherwise: from the slim image of Debian 12.',
  },
  {
    ids: specs('Image 2'),
    requirement: 'curl, git and the CA certificates are installed.',
    by: '`docker/Dockerfile.opencode`: git, ripgrep and the CA certificates',
    tests: [['test/cluster/image.test.ts', 'the image %s has all that an agent’s image needs']],
    decided: 'Otherwise: the run needs no curl. Add it where your tasks need it.',
  },
  {
    ids: specs('Image 3', 'Dependency 2'),
    requirement: 'The newest OpenCode is installed by its script.',
    by: '`package-lock.json`: version and integrity of the npm package',
    tests: [
      [IMAGE, 'OpenCode has the version of its client, everywhere'],
      ['test/lock.test.ts', 'npm checks every package that it installs, on each platform (npm run lock)'],
    ],
    decided: 'Otherwise: one version, since the program’s client is made for that version.',
  },
  {
    ids: specs('Image 4'),
    requirement: 'The working directory is /workspace.',
    by: '`docker/Dockerfile.opencode`; the clone is in `/workspace/repository`',
    tests: [['test/cluster/run.test.ts', 'runs in the worktree of its task']],
  },
  {
    ids: specs('Image 5'),
    requirement: 'The image starts bash.',
    by: 'the pod sets the command: `src/run/agent-entry.ts`',
    tests: [
      [IMAGE, 'the agent’s image has nothing of the runner’s, and starts nothing by itself'],
      [RESTRICTED, "runs what the runner's image says, and the agent by the script of the settings"],
    ],
    decided:
      'Otherwise: the command of the image does not count, so that any image with a shell, git, ripgrep and OpenCode will do.',
  },
  {
    ids: { platform: ['Image 1'] },
    requirement: 'The base of the image is Ubuntu 24.04.',
    by: '',
    tests: [],
    decided: TOOLCHAIN,
  },
  {
    ids: { platform: ['Goal 1', 'Image 2'] },
    requirement: 'One large image has the usual toolchains, so that no run installs them.',
    by: '',
    tests: [],
    decided: TOOLCHAIN,
  },
  {
    ids: {
      platform: ['Image 3'],
    },
    requirement: 'mise has .NET, Rust, Python, Node, Go, Bun, Zig and uv, each in the versions that are named.',
    by: '',
    tests: [],
    decided: TOOLCHAIN,
  },
  {
    ids: { platform: ['Image 4.1'] },
    requirement: 'OpenCode, git and ripgrep are in the image.',
    by: '`docker/Dockerfile.opencode`',
    tests: [
      [CHECK, 'an image with all of it misses nothing'],
      ['test/cluster/image.test.ts', 'the image %s has all that an agent’s image needs'],
    ],
    decided: 'Otherwise: OpenCode comes from its npm package, in the version of the lock file.',
  },
  {
    ids: { platform: ['Image 4.2'] },
    requirement: 'Two more agents and gh, jq, yq, fd, tmux and nvim are in the image.',
    by: '',
    tests: [],
    decided: TOOLCHAIN,
  },
  {
    ids: { platform: ['Image 5'] },
    requirement: 'Compilers for C and C++ are in the image.',
    by: '',
    tests: [],
    decided: TOOLCHAIN,
  },
  {
    ids: { platform: ['Image 6'] },
    requirement: 'mise installs other versions during a run.',
    by: '',
    tests: [],
    decided: `${TOOLCHAIN} A run reaches a registry only where \`egress.endpoints\` or the profile \`open\` allow it.`,
  },
  {
    ids: { platform: ['Non-goal 7'] },
    requirement: 'Images of single projects are out of scope.',
    by: '`pod.image`, `npm run test:image`',
    tests: [[CHECK, 'an image with all of it misses nothing']],
    decided: 'Otherwise: an environment may name any image that has a shell, git, ripgrep and OpenCode.',
  },
];
