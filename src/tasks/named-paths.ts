import { type Block, blocksOf } from './blocks.js';
import { CUES, END, IN_LIST, PATH, withEnds } from './cues.js';
import { isPath, type PathWord, proseOf, wordsIn } from './files.js';

/** Paths, folders and globs inside the repository, as a text has them. */
export interface NamedPaths {
  /** What the text names as it would name a path to change. */
  readonly changed: readonly string[];
  /** What it says not to touch. */
  readonly forbidden: readonly string[];
}

/** A clause, or what stands in brackets within one. */
interface Clause {
  /** The clause around it, or the heading of the list that it is in. */
  readonly within: Clause | undefined;
  readonly paths: { readonly path: string; readonly isRead: boolean }[];
  forbids: boolean;
  /** It forbids what the clause before it names, unless it names a path itself. */
  forbidsThose: boolean;
  /** The last word in it makes the next path one that the task goes by. */
  reads: boolean;
}

/** What of a text is read so far. */
interface Read {
  readonly clauses: Clause[];
  /** The one with the last path. */
  lastNamed?: Clause;
}

/**
 * What a text names to change, and what it forbids, clause by clause. A clause with a forbidding word forbids each of its paths;
 * else the nearest word before a path says whether the task changes it or goes by it. In doubt a path is not one to change: that
 * costs a line in the log, the other mistake runs code.
 */
export function namedPaths(text: string): NamedPaths {
  const read: Read = { clauses: [] };
  const last = new Map<Block, Clause>();
  for (const block of blocksOf(text)) {
    const { masked, paths } = maskPaths(proseOf(block.text));
    const heading = block.below && last.get(block.below);
    const isBelow = (heading?.forbids && block.below?.opens) || masked.startsWith(PATH);
    last.set(block, readClauses(withEnds(masked), paths, isBelow ? heading : undefined, read));
  }
  const forbidding = new Set<Clause>();
  // A clause comes behind the one that it is within.
  for (const clause of read.clauses) {
    if (clause.forbids || (clause.within && forbidding.has(clause.within))) forbidding.add(clause);
  }
  const changed = read.clauses
    .filter((clause) => !forbidding.has(clause))
    .flatMap(({ paths }) => paths.filter(({ isRead }) => !isRead));
  const forbidden = [...forbidding].flatMap(({ paths }) => paths);
  const names = (some: readonly { readonly path: string }[]) => [...new Set(some.map(({ path }) => path))];
  return { changed: names(changed), forbidden: names(forbidden) };
}

/**
 * Adds the clauses of one block to those before it. Returns the last one, which is the heading of a list below the block.
 * @param text with {@link PATH} in the place of each path
 */
function readClauses(text: string, paths: readonly string[], heading: Clause | undefined, read: Read): Clause {
  const begin = (within: Clause | undefined, reads: boolean): Clause => {
    const clause = { within, paths: [], forbids: within?.forbids ?? false, forbidsThose: false, reads };
    read.clauses.push(clause);
    return clause;
  };
  const end = (clause: Clause) => {
    if (clause.paths.length === 0 && clause.forbidsThose && read.lastNamed) read.lastNamed.forbids = true;
  };
  const isRead = heading?.reads ?? false;
  /** Those around the brackets that are open. */
  const around: Clause[] = [];
  let clause = begin(heading, isRead);
  /** The last word makes those that the task goes by of the paths right behind it alone. */
  let readsNext = false;
  /** Where the last path ends that it applies to. */
  let behind: number | undefined;
  let count = 0;
  for (const { groups = {}, index, 0: cue } of text.matchAll(CUES)) {
    if (groups.path || groups.source) {
      readsNext &&= behind === undefined || IN_LIST.test(text.slice(behind, index));
      clause.paths.push({
        path: paths[count++] ?? '',
        isRead: clause.reads || readsNext || groups.source !== undefined,
      });
      read.lastNamed = clause;
      behind = index + cue.length;
    } else if (groups.open) {
      around.push(clause);
      clause = begin(clause, clause.reads);
    } else if (groups.close) {
      const outer = around.pop();
      if (!outer) continue;
      end(clause);
      // `.envrc (do not change)`
      if (clause.forbids && clause.paths.length === 0) outer.forbids = true;
      clause = outer;
    } else if (groups.next) {
      end(clause);
      clause = begin(around.at(-1) ?? heading, isRead);
    } else if (groups.readsNext) {
      readsNext = true;
      behind = undefined;
    } else if (groups.changes) {
      clause.reads = isRead;
    } else if (groups.reads) {
      clause.reads = true;
    } else {
      clause.forbids = true;
      clause.forbidsThose ||= groups.those !== undefined;
    }
  }
  end(clause);
  return clause;
}

/** A prose with a letter in the place of each path, so that no word of a path counts. */
function maskPaths(text: string): { masked: string; paths: string[] } {
  const prose = text.replaceAll(PATH, ' ').replaceAll(END, ' ');
  const paths: string[] = [];
  let masked = '';
  let at = 0;
  for (const found of wordsIn(prose)) {
    const path = pathOf(found);
    if (path === undefined && !found.quoted) continue;
    if (path !== undefined) paths.push(path);
    masked += `${prose.slice(at, found.start)}${path === undefined ? 'code' : PATH}`;
    at = found.end;
  }
  masked += prose.slice(at);
  return { masked: withoutMarks(masked), paths };
}

/** One blank between words, straight quotes, no emphasis and not the id of the task. */
const withoutMarks = (text: string): string =>
  text
    .replace(/[*_]+/g, '')
    .replaceAll('’', "'")
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^(?:[A-Za-z]+-?\d+[a-z]?[.:]? )?(?:\[[^\]\ufffc]*\] )*/, '');

/** Longer than any path of a repository. */
const LONGEST = 255;

/**
 * The path that a word names. It takes more than {@link isPath}: `OWNERS` is a path too, but ordinary words need backticks. A
 * path never leads out of the repository.
 */
function pathOf({ word, quoted }: PathWord): string | undefined {
  const path = word.replace(/[:;]+$/, '').replace(/^(?:\.\/)+(?=.)/, '');
  const isOne = isPath(path, quoted) || /(?:^|\/)\./.test(path) || (quoted && /[./]|^[A-Z_]{2,}$/.test(path));
  return isOne && isInside(path) ? path : undefined;
}

function isInside(path: string): boolean {
  if (path === '' || path.length > LONGEST || /[\s\\]/.test(path)) return false;
  return path
    .replace(/\/$/, '')
    .split('/')
    .every((name) => !['', '.', '..'].includes(name));
}
