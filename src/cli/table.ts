/** The widest cell of each column. */
export function widthsOf(rows: readonly (readonly string[])[]): number[] {
  return (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
}

/** Cells in columns, three spaces apart, as kubectl sets them; the last one is as long as it is. */
export function formatRow(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) => cell.padEnd(widths[column] ?? 0))
    .join('   ')
    .trimEnd();
}

/** A whole table. */
export const formatTable = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => formatRow(row, widthsOf(rows))).join('\n');
