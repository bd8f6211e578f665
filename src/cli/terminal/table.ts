import { padded, widthOf } from './width.js';

/** The widest cell of each column. */
export function widthsOf(rows: readonly (readonly string[])[]): number[] {
  const last = (rows[0]?.length ?? 0) - 1;
  return (rows[0] ?? []).map((_, column) =>
    column === last ? 0 : rows.reduce((widest, row) => Math.max(widest, widthOf(row[column] ?? '')), 0),
  );
}

/** Cells in columns, three spaces apart, as in kubectl. The last cell is not padded. */
export function formatRow(row: readonly string[], widths: readonly number[]): string {
  return (
    row
      // The last cell may be long, and nothing follows it.
      .map((cell, column) => (column === row.length - 1 ? cell : padded(cell, widths[column] ?? 0)))
      .join('   ')
      .trimEnd()
  );
}

/** A whole table. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = widthsOf(rows);
  return rows.map((row) => formatRow(row, widths)).join('\n');
}
