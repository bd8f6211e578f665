import { posix } from 'node:path';
import { covers } from '../paths/globs.js';
import type { Snapshot } from './snapshot.js';

// Reads the repository's instructions for all agents. OpenCode would read them together with its configuration in the
// repository, which may name programs to start.

/** The first existing file counts, like in OpenCode. See https://opencode.ai/docs/rules/ */
const RULES = ['AGENTS.md', 'CLAUDE.md'];
const CONFIGURATIONS = ['opencode.json', 'opencode.jsonc'];
/** The deepest chain of files that name others. */
const DEPTH = 5;
/** The most characters of all files together, since a model's input is limited. */
const MOST = 256 * 1024;

/** A text for the prompt. */
export interface Document {
  readonly path: string;
  readonly text: string;
}

/** The repository's instructions, and notes on those that are missing. */
export interface Instructions {
  readonly documents: readonly Document[];
  readonly notes: readonly string[];
}

/** Reads AGENTS.md or CLAUDE.md, the files in its lines `@path`, and the files in `instructions` of opencode.json. */
export async function instructionsOf(snapshot: Snapshot): Promise<Instructions> {
  const documents: Document[] = [];
  const notes: string[] = [];
  const seen = new Set<string>();
  let left = MOST;

  for (const name of RULES) if (await take(name, 0)) break;
  for (const name of CONFIGURATIONS) await takeNamedBy(name);
  return { documents, notes };

  /** Whether there is such a file. */
  async function take(wanted: string, depth: number, by?: string): Promise<boolean> {
    const { path, problem } = await snapshot.find(wanted);
    if (path === undefined) {
      if (problem ?? by)
        notes.push(`${problem ?? `${by} names ${wanted}, which does not exist`}: the agent does not get it`);
      return false;
    }
    if (seen.has(path)) return true;
    seen.add(path);
    const read = await snapshot.text(path);
    if (!('text' in read)) {
      notes.push(`${read.problem}: the agent does not get it`);
      return true;
    }
    left -= read.text.length;
    if (left < 0) {
      notes.push(`${wanted} is left out: the repository's instructions have more than ${MOST / 1024} KiB`);
      return true;
    }
    documents.push({ path: wanted, text: read.text });
    if (depth >= DEPTH) return true;
    for (const other of namedIn(read.text)) await take(posix.join(posix.dirname(path), other), depth + 1, wanted);
    return true;
  }

  async function takeNamedBy(configuration: string): Promise<void> {
    const read = await snapshot.text(configuration);
    if (!('text' in read)) return;
    const instructions = instructionsIn(read.text);
    if (!Array.isArray(instructions)) return;
    for (const one of instructions) {
      if (typeof one !== 'string') continue;
      if (/^\w+:\/\//.test(one) || one.startsWith('/') || one.startsWith('~')) {
        notes.push(`${configuration} names ${one}, which is not in the repository: the agent does not get it`);
      } else if (/[*?{]/.test(one)) {
        const glob = posix.normalize(one);
        for (const path of snapshot.paths.filter((path) => covers(glob, path)).sort()) await take(path, DEPTH);
      } else await take(posix.normalize(one), DEPTH, configuration);
    }
  }
}

/**
 * Comments and trailing commas, which OpenCode allows in its configuration. The patterns also match strings, so that
 * nothing in a string is removed.
 */
const COMMENT = /("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
const LAST_COMMA = /("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g;

function instructionsIn(text: string): unknown {
  try {
    return Object(JSON.parse(text.replace(COMMENT, '$1').replace(LAST_COMMA, '$1'))).instructions;
  } catch {
    return undefined;
  }
}

/** The paths of lines `@path` in a text, without those in code blocks. */
function namedIn(text: string): string[] {
  let isExample = false;
  return text.split(/\r?\n/).flatMap((line) => {
    if (/^\s*(```|~~~)/.test(line)) isExample = !isExample;
    const [, path] = (!isExample && /^\s*(?:[-*]\s+)?@([^\s@]+)\s*$/.exec(line)) || [];
    return path === undefined || /^[~/]/.test(path) ? [] : [path];
  });
}
