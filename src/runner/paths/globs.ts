// Globs as people write them in task lists and environments: `*` and `?` within a name, `**` for any number of folders,
// and `{a,b}`. Brackets are ordinary characters, since many frameworks use them in names. Globs are not turned into
// regular expressions, because many stars would make those slow.

/** A glob with more alternatives than this is ignored: nobody writes such a list of files. */
const MOST_ALTERNATIVES = 100;

/** Expands the braces of a glob. Returns no glob if there are too many alternatives. */
export function alternatives(glob: string): string[] {
  let open = [glob];
  const done: string[] = [];
  while (open.length > 0) {
    const next: string[] = [];
    for (const one of open) {
      const [whole, before = '', choices = '', after = ''] = /^([^{}]*)\{([^{}]*)\}(.*)$/s.exec(one) ?? [];
      if (whole === undefined) done.push(one);
      else next.push(...choices.split(',').map((choice) => `${before}${choice}${after}`));
    }
    if (next.length + done.length > MOST_ALTERNATIVES) return [];
    open = next;
  }
  return done;
}

/** Whether a glob matches a path, or a folder above it. Case matters. */
export function covers(glob: string, path: string): boolean {
  const names = path.split('/');
  return alternatives(glob).some((one) => coversNames(one.replace(/\/+$/, '').split('/'), names));
}

/** Matches the pieces of a glob one after the other, and keeps every position in the path that they can reach. */
function coversNames(pieces: readonly string[], names: readonly string[]): boolean {
  let places = new Set([0]);
  for (const piece of pieces) {
    const next = new Set<number>();
    if (piece === '**') for (let at = Math.min(...places); at <= names.length; at++) next.add(at);
    else for (const at of places) if (matchesName(piece, names[at])) next.add(at + 1);
    if (next.size === 0) return false;
    places = next;
  }
  return true;
}

/** Each star matches as little as possible. If the rest does not match, the last star takes one character more. */
function matchesName(piece: string, name: string | undefined): boolean {
  if (name === undefined) return false;
  let at = 0;
  let star = -1;
  let from = 0;
  for (let index = 0; index < name.length; ) {
    if (piece[at] === '*') {
      star = at++;
      from = index;
    } else if (at < piece.length && (piece[at] === '?' || piece[at] === name[index])) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++from;
    } else {
      return false;
    }
  }
  return /^\**$/.test(piece.slice(at));
}
