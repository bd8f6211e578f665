/** Extensions that make a word a file even without a slash or backticks. */
const EXTENSIONS = new Set(
  (
    'ts tsx mts cts js jsx mjs cjs py pyi ipynb rb go mod sum rs java kt kts swift c h cc cpp hpp cs csproj ' +
    'sln fs vb php scala clj ex exs erl lua pl dart vue svelte astro html htm css scss sass less md mdx rst ' +
    'txt json jsonc json5 jsonl yaml yml toml ini cfg conf env xml plist csv tsv sql graphql gql proto prisma ' +
    'tf tfvars hcl sh bash zsh fish ps1 bat gradle properties lock svg png jpg jpeg gif ico webp pdf tpl tmpl ' +
    'j2 hbs ejs snap mc nix cue rego wasm zig'
  ).split(' '),
);
/** Names of libraries that only look like a file. */
const LIBRARY =
  /^(?:Node|Next|Nuxt|Nest|Vue|React|Express|Three|D3|Chart|Alpine|Ember|Electron|Discord|Day|Moment)\.js$/i;
const TOOLS = 'Docker|Container|Make|Proc|Gem|Rake|Vagrant|Jenkins|Just|Tilt|Caddy|Brew|Pip';
const WITHOUT_EXTENSION = new RegExp(String.raw`^(?:(?:${TOOLS})file(?:\.[\w-]+)?|LICENSE|CODEOWNERS)$`, 'i');
/** `.gitignore`, `.env.local`, `.c8rc`, `.agent.md`; not a suffix like `.web.tsx`, nor a CSS class. */
const DOT_FILE =
  /^\.(?:env(?:\.[\w.-]+)?|git[a-z]+|editorconfig|\w+ignore|[\w-]+rc(?:\.\w+)?|[\w.-]+\.(?:json|ya?ml|toml|md))$/;
/** A path after these words is a reference that the task does not change: `per data-model.md`. */
const SOURCE = /(?:^|\W)(?:per|see|following|according to)\s+(?:the\s+)?$/i;
/** Longer than any path of a repository. Without a limit, one long line would be slow. */
const LONGEST = 255;

const URL = /\b[a-z][a-z+.-]{1,20}:\/\/[^\s)`]*/gi;
const LINK = /\[[^[\]]*\]\(([^()\s]*)\)/g;
/** Words in backticks, and words in bold. */
const CODE_OR_BOLD = /(`[^`]+`)|\*\*([^*`]+)\*\*/g;
/**
 * Words in backticks, or possible paths without them. Other scripts end a path, since they may be written without
 * spaces.
 */
const WORD = /`([^`]+)`|([\p{Script=Latin}\p{N}_./@~*{}[\](),+$-]+)/gu;

/**
 * The paths in a text, each once: in backticks or bare, with globs and brace sets as written. URLs, packages, routes,
 * names like Node.js and reference documents are left out.
 */
export function filesIn(text: string): string[] {
  const found = new Set<string>();
  const prose = proseOf(text);
  for (const { word, quoted, list } of wordsIn(prose)) {
    if (SOURCE.test(prose.slice(Math.max(0, list - 24), list))) continue;
    if (isPath(word, quoted)) found.add(word.replace(/^(?:\.\/)+(?=.)/, ''));
  }
  return [...found];
}

/** A word that may be a path. */
export interface PathWord {
  /** Without the punctuation around it. */
  readonly word: string;
  /** Whether it is in backticks. */
  readonly quoted: boolean;
  /** Where it begins in the prose, with its backtick. */
  readonly start: number;
  readonly end: number;
  /** The start of the comma-separated list that contains it. */
  readonly list: number;
}

/** A text without URLs, link texts and the stars of bold words. */
export const proseOf = (text: string): string =>
  text
    .replace(URL, ' ')
    .replace(LINK, '$1')
    .replace(CODE_OR_BOLD, (_, code?: string, bold?: string) => code ?? bold ?? '');

/** Each word of a text that may be a path. */
export function* wordsIn(prose: string): Generator<PathWord> {
  for (const match of prose.matchAll(WORD)) {
    const [whole, code, bare = ''] = match;
    const { index } = match;
    if (code !== undefined) {
      yield { word: trimmed(code), quoted: true, start: index, end: index + whole.length, list: index };
      continue;
    }
    let at = index;
    for (const part of splitOutsideBraces(bare)) {
      const word = trimmed(part);
      const start = at + Math.max(0, part.indexOf(word));
      yield { word, quoted: false, start, end: start + word.length, list: index };
      at += part.length + 1;
    }
  }
}

/** Whether a path matches several: a glob or a brace set. */
export const isPattern = (path: string): boolean => /[*?{]/.test(path);

/** Whether a path is a folder, by how it is written. */
export const isFolder = (path: string): boolean => path.endsWith('/');

/** Whether a word is a path by how it is written. */
export function isPath(path: string, quoted: boolean): boolean {
  if (path.length < 2 || path.length > LONGEST || /[\s<>"'=|;:#\\]/.test(path) || /^[@$-]|^~(?!\/)/.test(path))
    return false;
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (!path.includes('/')) return isFileName(name);
  if (path.includes('//')) return false;
  if (isFileName(name)) return true;
  if (path.startsWith('/')) return false;
  if (name === '') return /[\p{L}\p{N}_*}\])]{2,}\/$/u.test(path);
  return quoted && /^[\p{L}\p{N}_.*{}[\]()@/,+-]+$/u.test(path) && /\p{L}/u.test(path);
}

function isFileName(name: string): boolean {
  if (name.startsWith('.')) return DOT_FILE.test(name);
  if (WITHOUT_EXTENSION.test(name)) return true;
  const dot = name.lastIndexOf('.');
  return dot > 0 && EXTENSIONS.has(name.slice(dot + 1).toLowerCase()) && !LIBRARY.test(name) && !/[()]/.test(name);
}

/** Without the punctuation of the sentence around it, and without a line number behind it. */
function trimmed(word: string): string {
  let path = word.replace(/^[(,*]+(?!\/)/, (mark) =>
    mark.includes('*') && word.includes('/') ? mark.replace(/[^*]/g, '') : '',
  );
  if (path.endsWith('.') || path.endsWith(',')) path = path.replace(/[.,]{1,3}$/, '');
  if (path.endsWith(')') && !path.includes('(')) path = path.replace(/\){1,3}[.,]?$/, '');
  return path.replace(/:\d+(?:-\d+)?$/, '');
}

function splitOutsideBraces(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '{') depth++;
    else if (character === '}') depth--;
    else if (character === ',' && depth <= 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return [...parts, text.slice(start)];
}
