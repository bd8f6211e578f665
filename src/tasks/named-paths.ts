import { type Block, blocksOf } from './blocks.js';
import { CUES, END, IN_LIST, PATH, withEnds } from './cues.js';
import { isPath, type PathWord, proseOf, wordsIn } from './files.js';

/** Paths, folders and globs inside the repository, as a text spells them. */
export interface NamedPaths {
  /** Paths that the text names as paths to change. */
  readonly changed: readonly string[];
  /** Paths that the text forbids to change. */
  readonly forbidden: readonly string[];
}

/** A clause, or a part of it in brackets. */
interface Clause {
  /** The clause around it, or the heading of its list. */
  readonly within: Clause | undefined;
  readonly paths: { readonly path: string; readonly isRead: boolean }[];
  forbids: boolean;
  /** It forbids the paths of the clause before it, unless it names a path itself. */
  forbidsThose: boolean;
  /** After its last relevant word, the next path is a reference. */
  reads: boolean;
}

/** The parts of a text that were read so far. */
interface Read {
  readonly clauses: Clause[];
  /** The clause with the last path. */
  lastNamed?: Clause;
}

/**
 * Finds the paths that a text names to change, and those that it forbids, clause by clause. A clause with a forbidding
 * word forbids all of its paths. Otherwise the nearest word before a path says whether the task changes it or only
 * refers to it. In doubt, a path is not one to change: that mistake costs a line in the log, while the opposite mistake
 * runs code.
 */
export function namedPaths(text: string): NamedPaths {
  const read: Read = { clauses: [] };
  const last = new Map<Block, Clause>();
  for (const block of blocksOf(text)) {
    const { masked, paths } = maskPaths(proseOf(block.text));
    const heading = block.below && last.get(block.below);
    const isBelow = (heading?.forbids && block.below?.opens) || masked.startsWith(PATH);
    last.set(block, new ClauseReader(paths, isBelow ? heading : undefined, read).read(withEnds(masked)));
  }
  const forbidding = new Set<Clause>();
  // A clause comes after the one that contains it.
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

/** Adds the clauses of one block to those before it. */
class ClauseReader {
  private readonly isRead: boolean;
  /** The clauses around the open brackets. */
  private readonly around: Clause[] = [];
  private clause: Clause;
  /** Whether the last word makes references only of the paths right behind it. */
  private readsNext = false;
  /** The end of the last path to which that word applies. */
  private behind: number | undefined;
  private count = 0;

  constructor(
    private readonly paths: readonly string[],
    private readonly heading: Clause | undefined,
    private readonly all: Read,
  ) {
    this.isRead = heading?.reads ?? false;
    this.clause = this.begin(heading, this.isRead);
  }

  /**
   * Returns the last clause, which is the heading of a list below the block.
   * @param text with {@link PATH} instead of each path
   */
  read(text: string): Clause {
    for (const { groups = {}, index, 0: cue } of text.matchAll(CUES)) {
      if (groups.path || groups.source) {
        this.readsNext &&= this.behind === undefined || IN_LIST.test(text.slice(this.behind, index));
        this.name(groups.source !== undefined);
        this.behind = index + cue.length;
      } else if (groups.open) {
        this.around.push(this.clause);
        this.clause = this.begin(this.clause, this.clause.reads);
      } else if (groups.close) {
        this.close();
      } else if (groups.next) {
        this.end();
        this.clause = this.begin(this.around.at(-1) ?? this.heading, this.isRead);
      } else {
        this.applies(groups);
      }
    }
    this.end();
    return this.clause;
  }

  private begin(within: Clause | undefined, reads: boolean): Clause {
    const clause = { within, paths: [], forbids: within?.forbids ?? false, forbidsThose: false, reads };
    this.all.clauses.push(clause);
    return clause;
  }

  private end(): void {
    const { paths, forbidsThose } = this.clause;
    if (paths.length === 0 && forbidsThose && this.all.lastNamed) this.all.lastNamed.forbids = true;
  }

  private name(isSource: boolean): void {
    const path = this.paths[this.count++] ?? '';
    this.clause.paths.push({ path, isRead: this.clause.reads || this.readsNext || isSource });
    this.all.lastNamed = this.clause;
  }

  private close(): void {
    const outer = this.around.pop();
    if (!outer) return;
    this.end();
    // `.envrc (do not change)`
    if (this.clause.forbids && this.clause.paths.length === 0) outer.forbids = true;
    this.clause = outer;
  }

  /** A word that says what the task does with the paths of its clause. */
  private applies(groups: Readonly<Record<string, string | undefined>>): void {
    if (groups.readsNext) {
      this.readsNext = true;
      this.behind = undefined;
    } else if (groups.changes) {
      this.clause.reads = this.isRead;
    } else if (groups.reads) {
      this.clause.reads = true;
    } else {
      this.clause.forbids = true;
      this.clause.forbidsThose ||= groups.those !== undefined;
    }
  }
}

/** Replaces each path with a placeholder, so that the words of a path do not count. */
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

/** Normalizes a text: one space between words, straight quotes, no emphasis, no task id. */
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
 * The path in a word. It accepts more than {@link isPath}: `OWNERS` is a path too, but ordinary words need backticks. A
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
