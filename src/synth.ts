import { type Rendered, render } from './render.js';
import { InputError } from './run/problems.js';
import { defineEnvironments, type EnvironmentInput } from './schema/environment.js';

/** Exit code for wrong environments, as the commands have it for wrong input. */
const WRONG_INPUT = 2;

/** Exit code for a file that cannot be read or written. */
const UNEXPECTED = 1;

/** Most lines of the report. The others are only counted. */
const SHOWN = 40;

/**
 * The whole program that renders a user's environments: it checks them, writes `dist` and prints what changed. `cdk8s
 * synth` sets CDK8S_OUTDIR to the folder where it looks for manifests: they go there, and the rest into the folder.
 * Problems go to standard error, one per line, and the program ends with exit code 2. It ends with exit code 1 if it
 * cannot read or write a file.
 *
 * @param folder the folder to write. Default: `dist`
 */
export function synth(inputs: readonly EnvironmentInput[], folder = 'dist'): void {
  const { CDK8S_OUTDIR: manifests } = process.env;
  try {
    if (!Array.isArray(inputs) || inputs.length === 0) {
      throw new InputError(['no environment is given; give a list of them, like synth([dev, prod])']);
    }
    const environments = defineEnvironments(inputs);
    const rendered = render(environments, folder, manifests ? { manifests } : {});
    const names = environments.map(({ name }) => name).join(', ');
    console.log(reportOf(rendered, names, folder));
  } catch (error) {
    if (error instanceof InputError) {
      for (const problem of error.problems) console.error(`synth: ${problem}`);
      process.exitCode = WRONG_INPUT;
    } else if (isFileError(error)) {
      console.error(`synth: ${error.message}`);
      process.exitCode = UNEXPECTED;
    } else throw error;
  }
}

const isFileError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && 'path' in error;

function reportOf({ added, changed, removed, unchanged }: Rendered, names: string, output: string): string {
  const there = [...added, ...changed, ...unchanged];
  const lines = [
    // Removed files come first, because nobody should overlook them.
    ...linesOf('removed', removed, there),
    ...linesOf('added', added, [...changed, ...unchanged]),
    ...linesOf('changed', changed, there),
  ];
  const counts = `${added.length} added, ${changed.length} changed, ${removed.length} removed`;
  return [
    `${output}: ${there.length} files for ${names}; ${lines.length === 0 ? 'nothing changed' : counts}`,
    ...lines.slice(0, SHOWN),
    ...(lines.length > SHOWN ? [`  and ${lines.length - SHOWN} more`] : []),
  ].join('\n');
}

/** One line per file. If a folder has no other files, it gets a single line. */
function linesOf(what: string, paths: readonly string[], others: readonly string[]): string[] {
  const folderOf = (path: string) => path.split('/').slice(0, 2).join('/');
  const shared = new Set(others.map(folderOf));
  const isAlone = (path: string) => path.includes('/') && !shared.has(folderOf(path));
  const names = new Set(paths.map((path) => (isAlone(path) ? `${folderOf(path)}/` : path)));
  return [...names].map((name) => `  ${what.padEnd(7)} ${name}`);
}
