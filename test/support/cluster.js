// @ts-check
// What a test on a cluster needs: the images, the servers that the pods' internet has, a namespace with its settings.
// TEST_BUILD_IMAGE   builds an image and hands it to the cluster: takes the flags of `docker build`
// TEST_SAVE_IMAGE    writes an image to a file: takes FILE and NAME
// TEST_RUN_IMAGE     runs an image (tools/check-image.js): takes the flags of `docker run`
// TEST_IMAGES        what the names of the images begin with, where two working copies share a cluster. Default: agent-runner
// TEST_RESTART       restarts a component of the cluster: takes its name, kube-apiserver or kubelet
// TEST_AUDIT_POLICY  the file that the API server reads its audit policy from when it is restarted, and
// TEST_AUDIT_LOG     the file that it writes its audit log to
// TEST_OUTSIDE       runs a command where the pods' internet is; TEST_OUTSIDE_GIT and TEST_OUTSIDE_MODEL are then the
//                    hosts there, as NAME=ADDRESS[,IPV6-ADDRESS]. Without it: servers on this machine's own address (or TEST_HOST_ADDRESS).
import { execFileSync, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../..', import.meta.url));
const support = fileURLToPath(new URL('.', import.meta.url));

/** @param {string} command */
const words = (command) => command.split(' ').filter((word) => word !== '');

/**
 * Output of kubectl.
 * @param {string[]} args
 * @param {string} [input]
 */
export function kubectl(args, input) {
  return execFileSync('kubectl', args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
}

/** @param {object[]} objects */
export function apply(objects) {
  return kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
}

/**
 * Deletes what of a runner namespace is outside of it.
 * @param {string} namespace
 */
export function deletePolicies(namespace) {
  const kinds = 'validatingadmissionpolicies,validatingadmissionpolicybindings';
  const names = ['spawn', 'change', 'delete', 'connect'].map((policy) => `${namespace}-${policy}`);
  kubectl(['delete', kinds, ...names, '--ignore-not-found', '--wait=false']);
}

/** Whether a component of the cluster can be restarted from here. */
export const canRestart = Boolean(process.env.TEST_RESTART);

/** @param {'kube-apiserver' | 'kubelet'} component */
export function restart(component) {
  const [program = '', ...args] = words(process.env.TEST_RESTART ?? '');
  execFileSync(program, [...args, component], { stdio: 'ignore' });
}

/** The runner's image, the agent's lean one, and that with what the tasks of the demo's repository run. */
const DOCKERFILES = {
  runner: 'docker/Dockerfile.runner',
  opencode: 'docker/Dockerfile.opencode',
  demo: 'examples/demo/Dockerfile',
};

/**
 * Builds an image from this folder, so that the cluster has it.
 * @param {keyof typeof DOCKERFILES} image
 * @returns {string} its name
 */
export function buildImage(image) {
  const name = imageName(image);
  const base = image === 'demo' ? ['--build-arg', `IMAGE=${buildImage('opencode')}`] : [];
  const flags = [...base, '-t', name, '-f', DOCKERFILES[image], '.'];
  /** @type {import('node:child_process').ExecFileSyncOptions} */
  const options = { cwd: project, stdio: ['ignore', 'ignore', 'inherit'] };
  const [program, ...args] = words(process.env.TEST_BUILD_IMAGE ?? 'docker build --quiet');
  execFileSync(program ?? '', [...args, ...flags], options);
  if (!process.env.TEST_BUILD_IMAGE) execFileSync('kind', ['load', 'docker-image', name], options);
  return name;
}

/** @param {string} image */
const imageName = (image) => `${process.env.TEST_IMAGES ?? 'agent-runner'}/${image}:dev`;

/**
 * Writes an image that was built to a file.
 * @param {string} name @param {string} file
 */
export function saveImage(name, file) {
  const [program = '', ...args] = words(process.env.TEST_SAVE_IMAGE ?? 'docker save --output');
  const whole = process.env.TEST_SAVE_IMAGE ? `docker.io/${name}` : name;
  execFileSync(program, [...args, file, whole], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/**
 * A Git server and a scripted model where the pods can reach them.
 * @param {string} folder for the repositories, below `git`, and the script
 * @param {{ password: string, key: string, rules: object[] }} options
 */
export async function startOutside(folder, { password, key, rules }) {
  await mkdir(join(folder, 'git'), { recursive: true });
  await writeFile(join(folder, 'model.json'), JSON.stringify({ rules }));
  const git = place(process.env.TEST_OUTSIDE_GIT, 8080);
  const model = place(process.env.TEST_OUTSIDE_MODEL, 8081);
  const servers = [
    await startServer('git-server.js', git.listen, [
      '--root',
      join(folder, 'git'),
      '--user',
      `x-access-token:${password}`,
    ]),
    await startServer('model-server.js', model.listen, ['--script', join(folder, 'model.json'), '--api-key', key]),
  ];
  return {
    git: `http://${git.host}`,
    model: `http://${model.host}/v1`,
    /** What a network policy must let pods reach. */
    endpoints: [...git.endpoints, ...model.endpoints],
    close: () => Promise.all(servers.map((stop) => stop())),
  };
}

/**
 * @param {string | undefined} outside NAME=ADDRESS, or more of them with commas between
 * @param {number} port on this machine's own address
 */
function place(outside, port) {
  if (process.env.TEST_OUTSIDE && outside) {
    const [name, ...addresses] = outside.split(/[=,]/);
    return { host: name, listen: `${addresses[0]}:80`, endpoints: addresses.map((address) => endpoint(address, 80)) };
  }
  const address = ownAddress();
  return { host: `${address}:${port}`, listen: `${address}:${port}`, endpoints: [endpoint(address, port)] };
}

/** @param {string} address @param {number} port */
const endpoint = (address, port) => ({ cidr: `${address}/${address.includes(':') ? 128 : 32}`, port });

/** Where the cluster reaches this machine. */
export function ownAddress() {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const own = addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  return process.env.TEST_HOST_ADDRESS ?? own ?? '127.0.0.1';
}

/**
 * @param {string} file
 * @param {string} listen
 * @param {string[]} args
 * @returns {Promise<() => Promise<void>>} ends it
 */
async function startServer(file, listen, args) {
  const command = [
    ...words(process.env.TEST_OUTSIDE ?? ''),
    process.execPath,
    join(support, file),
    '--listen',
    listen,
    ...args,
  ];
  const child = spawn(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const ended = new Promise((done) => child.on('close', done));
  await new Promise((ready, fail) => {
    child.stdout.once('data', ready);
    child.once('error', fail);
    void ended.then((code) => fail(new Error(`${file} ended with code ${code}`)));
  });
  return async () => {
    // The command that leads outside is the head of a process group.
    process.kill(-(child.pid ?? 0), 'SIGTERM');
    await ended;
  };
}

/**
 * The Secrets that an environment with existing credentials expects.
 * @param {string} namespace
 * @param {{ password: string, key: string }} values
 */
export const secrets = (namespace, { password, key }) => [
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'git', namespace },
    type: 'kubernetes.io/basic-auth',
    stringData: { username: 'x-access-token', password },
  },
  { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'model', namespace }, stringData: { 'api-key': key } },
];

/**
 * A secret store of External Secrets that has its entries in itself.
 * @param {string} name
 * @param {Record<string, string>} properties of the entry
 */
export const fakeStore = (name, properties) => ({
  apiVersion: 'external-secrets.io/v1',
  kind: 'ClusterSecretStore',
  metadata: { name },
  spec: { provider: { fake: { data: [{ key: 'agentic-sdlc', value: JSON.stringify(properties) }] } } },
});
