/** A paragraph or a list item, with all of its lines. */
export interface Block {
  readonly text: string;
  /** Whether it ends with a colon. */
  readonly opens: boolean;
  /** The list item, or the line with a colon, below which it stands. */
  readonly below: Block | undefined;
}

const ITEM = /^([\s>]*)(?:[-*+]|\d{1,4}[.)])\s+(?:\[[ xX-]\]\s+)?/;
const HEADING = /^[\s>]*#{1,6}\s/;
const FENCE = /^[\s>]*(?:```|~~~)/;
const COMMENT = /<!--[\s\S]*?(?:-->|$)/g;
const STRUCK = /~~[^~\n]+~~/g;

/**
 * Removes struck-through text. The words of a comment stay, since they may forbid paths outside of it, but a comment
 * names no paths itself.
 */
const seen = (text: string): string =>
  text.replace(COMMENT, (comment) => comment.replace(/[^\w\s'’]/g, ' ')).replace(STRUCK, ' ');

/** The blocks of a Markdown text, without code. */
export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  /** The blocks below which the next one may stand, each deeper than the one before. */
  let above: { readonly block: Block; readonly indent: number; readonly isItem: boolean }[] = [];
  for (const { lines, indent, isItem } of paragraphs(seen(text))) {
    above = above.filter(
      (one) => one.indent < indent || (isItem && !one.isItem && one.block.opens && one.indent === indent),
    );
    const joined = lines.map((line) => line.trim()).join(' ');
    const block = { text: joined, opens: /:[\s*_]*$/.test(joined), below: above.at(-1)?.block };
    blocks.push(block);
    above.push({ block, indent, isItem });
  }
  return blocks;
}

interface Paragraph {
  readonly lines: string[];
  readonly indent: number;
  readonly isItem: boolean;
}

function paragraphs(text: string): Paragraph[] {
  const found: Paragraph[] = [];
  let inCode = false;
  let open: Paragraph | undefined;
  for (const line of text.split(/\r?\n/)) {
    const isFence = FENCE.test(line);
    if (isFence) inCode = !inCode;
    if (isFence || inCode || line.trim() === '') {
      open = undefined;
      continue;
    }
    const item = ITEM.exec(line);
    const isItem = item !== null;
    if (!open || isItem || HEADING.test(line)) {
      open = { lines: [line.slice(item?.[0].length ?? 0)], indent: line.length - line.trimStart().length, isItem };
      found.push(open);
    } else {
      open.lines.push(line);
    }
  }
  return found;
}
