// Starts a command from the bundle. Loading takes most of a command's time, so V8's code cache is used if it fits, and a
// help is printed from a file.
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { basename, join } = require('node:path');
const { Script } = require('node:vm');

const bundle = join(__dirname, '../lib/bundle');
const file = join(bundle, 'cli.cjs');

module.exports = function launch(command) {
  if (!existsSync(file)) {
    console.error(
      `${basename(process.argv[1], '.cjs')}: this checkout is not built. Run: npm run build --prefix '${join(__dirname, '..')}'`,
    );
    process.exit(1);
  }
  process.argv.splice(2, 0, ...command);
  const help = helpFor(process.argv.slice(2));
  if (help !== undefined) {
    // A reader that stops early, like `head`, is not an error.
    process.stdout.on('error', (error) => process.exit(error.code === 'EPIPE' ? 0 : 1));
    process.stdout.write(`${help}\n`);
    return;
  }
  const script = new Script(Module.wrap(readFileSync(file, 'utf8')), {
    filename: file,
    cachedData: read(`${file}.v8`),
  });
  const module = new Module(file);
  module.filename = file;
  script.runInThisContext().call(module.exports, module.exports, require, module, file, bundle);
  const target = process.env.AGENT_RUNNER_WRITE_CACHE;
  if (target) process.on('exit', () => writeFileSync(target, script.createCachedData()));
};

/** The text for `NAME --help` or `--help`. Undefined for any other command line. */
function helpFor(words) {
  const name = words.length > 1 ? words[0] : '';
  if (words.length > 2 || !['--help', '-h'].includes(words.at(-1))) return undefined;
  const texts = JSON.parse(readFileSync(join(bundle, 'help.json'), 'utf8'));
  return Object.hasOwn(texts, name) ? texts[name] : undefined;
}

function read(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
