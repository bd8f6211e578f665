// @ts-check
// Bundles the commands (lib/bundle/cli.cjs) and the library (lib/bundle/index.mjs). Run tsc first: this uses its output.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { agentRunner } from '../lib/cli/agent-runner.js';
import { COMMANDS } from '../lib/cli/commands.js';
import { processTerminal } from '../lib/cli/terminal/terminal.js';
import { writeCodeCache } from './code-cache.js';
import { UNUSED } from './kube-config.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const cli = join(root, 'lib/bundle/cli.cjs');

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** @type {import('esbuild').Plugin} */
const fixedVersion = {
  name: 'fixed-version',
  setup({ onLoad }) {
    const contents = `export const VERSION = ${JSON.stringify(version)};`;
    onLoad({ filter: /src[\\/]version\.ts$/ }, () => ({ contents, loader: 'js' }));
  },
};

/** @type {import('esbuild').Plugin} */
const fixedFolder = {
  name: 'fixed-folder',
  setup({ onLoad }) {
    const contents = `import { join } from 'node:path'; export const INTEGRATIONS = join(__dirname, '../../integrations');`;
    onLoad({ filter: /src[\\/]cli[\\/]commands[\\/]setup[\\/]integrations\.ts$/ }, () => ({ contents, loader: 'js' }));
  },
};

/** The packages whose files import what is unused. */
const OF_KUBE_CONFIG = /node_modules[\\/](?:@kubernetes[\\/]client-node|socks-proxy-agent|agent-base)[\\/]/;

/** @type {import('esbuild').Plugin} */
const kubeConfigAlone = {
  name: 'kube-config-alone',
  setup({ onResolve }) {
    const path = join(root, 'tools/kube-config.js');
    onResolve({ filter: /./ }, ({ path: wanted, importer }) =>
      UNUSED.includes(wanted) && OF_KUBE_CONFIG.test(importer) ? { path } : undefined,
    );
  },
};

/**
 * The first use of Intl.Segmenter loads data for 7 ms. string-width makes one when it is loaded, but most texts are ASCII.
 * @type {import('esbuild').Plugin}
 */
const lateSegmenter = {
  name: 'late-segmenter',
  setup({ onLoad }) {
    onLoad({ filter: /node_modules[\\/]string-width[\\/]index\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const late = text.replace(
        '= new Intl.Segmenter()',
        '= { segment: (text) => new Intl.Segmenter().segment(text) }',
      );
      if (late === text) throw new Error(`${path} makes no Intl.Segmenter`);
      return { contents: late, loader: 'js' };
    });
  },
};

const { metafile } = await build({
  metafile: true,
  absWorkingDir: root,
  entryPoints: ['src/cli/main.ts'],
  outfile: cli,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  // bin/launch.cjs runs the bundle as a script, in which import() does not work.
  supported: { 'dynamic-import': false },
  minify: true,
  keepNames: true,
  legalComments: 'linked',
  // Only one copy: cdk8s has the same version.
  alias: { yaml: join(root, 'node_modules/yaml') },
  plugins: [fixedVersion, fixedFolder, kubeConfigAlone, lateSegmenter],
});

// The files of the bundle, for the test that keeps it small.
const { inputs = {} } = metafile.outputs['lib/bundle/cli.cjs'] ?? {};
writeFileSync(join(root, 'lib/bundle/cli.json'), JSON.stringify({ inputs: Object.keys(inputs) }));

// The help of each command. bin/launch.cjs prints it without loading the commands.
/** @type {Record<string, string>} */
const help = {};
const terminal = processTerminal();
for (const name of ['', ...Object.keys(COMMANDS)]) {
  const out = (/** @type {string} */ text) => {
    help[name] = text;
  };
  await agentRunner([...(name ? [name] : []), '--help'], { ...terminal, out });
}
writeFileSync(join(root, 'lib/bundle/help.json'), JSON.stringify(help));

// Packages that a user's own constructs share with the library, or that its types name, are not bundled. The models of CRDs are
// bundled: installed as packages, they need a newer Node than the commands do.
await build({
  absWorkingDir: root,
  entryPoints: ['src/index.ts'],
  outfile: join(root, 'lib/bundle/index.mjs'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  external: ['cdk8s', 'cdk8s-plus-28', 'constructs', 'zod'],
  banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
  legalComments: 'linked',
  plugins: [fixedVersion],
});

rmSync(`${cli}.v8`, { force: true });
await writeCodeCache(join(root, 'bin/spawn-task.cjs'), `${cli}.v8`);
