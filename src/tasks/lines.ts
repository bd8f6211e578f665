/** A line of a Markdown file. */
export interface Line {
  readonly text: string;
  /** Counts from 1. */
  readonly number: number;
  /** `code`: a fence and its contents. `comment`: the lines after the one that opens an HTML comment. */
  readonly kind: 'text' | 'code' | 'comment';
}

/** The lines of a Markdown file. */
export interface Markdown {
  readonly lines: readonly Line[];
  /** A fence or comment without an end, so that nothing below it is text. */
  readonly unclosed?: { readonly what: 'code fence' | 'comment'; readonly line: number };
}

/** A fence, also at the beginning of a list item. */
const FENCE = /^\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)*(?:(`{3,})[^`]*|(~{3,}).*)$/s;
const FENCE_END = /^\s*(`{3,}|~{3,})\s*$/;

/** Classifies each line as text, code or comment. */
export function readLines(markdown: string): Markdown {
  const lines: Line[] = [];
  let fence: string | undefined;
  let comment = false;
  let opened = 0;
  for (const [index, text] of markdown
    .replace(/^\uFEFF/, '')
    .split(/\r\n?|\n/)
    .entries()) {
    const number = index + 1;
    if (fence !== undefined) {
      lines.push({ text, number, kind: 'code' });
      if (FENCE_END.exec(text)?.[1]?.startsWith(fence)) fence = undefined;
      continue;
    }
    const inComment = comment;
    const prose = text.replace(/`[^`]*`/g, '');
    const opens = prose.lastIndexOf('<!--') > prose.lastIndexOf('-->');
    comment = opens || (comment && !prose.includes('-->'));
    if (opens) opened = number;
    if (!inComment) {
      const mark = FENCE.exec(text);
      fence = mark?.[1] ?? mark?.[2];
      if (fence !== undefined) opened = number;
    }
    lines.push({ text, number, kind: inComment ? 'comment' : fence !== undefined ? 'code' : 'text' });
  }
  if (fence !== undefined) return { lines, unclosed: { what: 'code fence', line: opened } };
  return comment ? { lines, unclosed: { what: 'comment', line: opened } } : { lines };
}
