// Starts a command from the bundle. Loading is most of a command's time, so that V8's code cache is used where it fits.
const { readFileSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');
const { Script } = require('node:vm');

const file = join(__dirname, '../lib/bundle/cli.cjs');

module.exports = function launch(command) {
  process.argv.splice(2, 0, ...command);
  const script = new Script(Module.wrap(readFileSync(file, 'utf8')), {
    filename: file,
    cachedData: read(`${file}.v8`),
  });
  const bundle = new Module(file);
  bundle.filename = file;
  script
    .runInThisContext()
    .call(bundle.exports, bundle.exports, require, bundle, file, join(__dirname, '../lib/bundle'));
  const target = process.env.AGENT_RUNNER_WRITE_CACHE;
  if (target) process.on('exit', () => writeFileSync(target, script.createCachedData()));
};

function read(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
