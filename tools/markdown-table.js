// @ts-check

/** A table in Markdown. @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
export const markdownTable = (head, rows) =>
  [head, head.map(() => '---'), ...rows]
    .map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`)
    .join('\n');
