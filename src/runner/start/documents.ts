import type { Document } from './instructions.js';
import type { Snapshot } from './snapshot.js';

/**
 * What spec-kit's implement command reads of a feature, and its constitution. A name that ends with a slash stands for
 * the files in that folder.
 * @see https://github.com/github/spec-kit/blob/main/templates/commands/implement.md
 */
const OF_FEATURE = ['spec.md', 'plan.md', 'data-model.md', 'contracts/', 'research.md', 'quickstart.md', 'checklists/'];
const CONSTITUTIONS = ['.specify/memory/constitution.md', 'memory/constitution.md', 'constitution.md'];

/** The most files of a folder that are read. */
const FILES = 50;

/** The documents of a feature for the prompt. */
export interface Documents {
  /** In the order in which the prompt has them. */
  readonly quoted: readonly Document[];
  /** Paths of those that the prompt only names. */
  readonly named: readonly string[];
  /** Says which documents are not quoted, and why. */
  readonly notes: readonly string[];
}

/**
 * Reads the documents of a feature.
 * @param inFeature the path of a file of the feature
 * @param most how many characters are quoted. The largest documents are only named, until the rest has no more
 */
export async function documentsOf(
  snapshot: Snapshot,
  inFeature: (name: string) => string,
  most: number,
): Promise<Documents> {
  const read: Document[] = [];
  const named: string[] = [];
  const notes: string[] = [];

  const wanted = OF_FEATURE.map(inFeature);
  const paths = wanted.flatMap((path) => (path.endsWith('/') ? filesIn(path) : path));
  await snapshot.fetch([...paths, ...CONSTITUTIONS].filter((path) => snapshot.paths.includes(path)));
  for (const path of paths) await take(path);
  for (const path of CONSTITUTIONS) if (await take(path)) break;

  const all = read.reduce((sum, { text }) => sum + text.length, 0);
  let left = all;
  const large = new Set<Document>();
  for (const document of [...read].sort((a, b) => b.text.length - a.text.length)) {
    if (left <= most) break;
    left -= document.text.length;
    large.add(document);
    const { path, text } = document;
    notes.push(
      `${path} (${text.length} characters) is named in the prompt and not quoted: the documents have ${all} ` +
        `characters, and task.contextCharacters is ${most}`,
    );
  }
  return {
    quoted: read.filter((document) => !large.has(document)),
    named: [...[...large].map(({ path }) => path), ...named],
    notes,
  };

  /** Of a folder with very many files, the prompt names the folder too. */
  function filesIn(folder: string): string[] {
    const files = snapshot.paths.filter((path) => path.startsWith(folder)).sort();
    if (files.length > FILES) {
      named.push(folder);
      notes.push(`${folder} has ${files.length} files: ${FILES} are read, and the prompt names the folder`);
    }
    return files.slice(0, FILES);
  }

  /** Whether there is such a file. */
  async function take(path: string): Promise<boolean> {
    const found = await snapshot.text(path);
    if ('text' in found) read.push({ path, text: found.text });
    else if (found.isLarge) {
      named.push(path);
      notes.push(`${found.problem}: it is named in the prompt and not quoted`);
    } else if (found.problem) notes.push(`${found.problem}: the agent does not get it`);
    return 'text' in found;
  }
}
