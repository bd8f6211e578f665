import { discriminatorOf, type JsonSchema } from './json-schema.js';

/** Every field of a schema as rows of a table in Markdown: name, type, default, meaning. */
export function fieldTable(schema: JsonSchema): string {
  const rows = [['field', 'type', 'default', 'meaning'], ['---', '---', '---', '---'], ...rowsOf(schema, '')];
  return rows.map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n');
}

function rowsOf(schema: JsonSchema, path: string): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const here = path ? `${path}.${name}` : name;
    const { description } = field;
    const own = description ? [[`\`${here}\``, typeOf(field), literal(field.default), description]] : [];
    const inner = field.items ? `${here}[]` : here;
    return [
      ...own,
      ...optionRows(field.oneOf ?? field.items?.oneOf ?? [], inner),
      ...rowsOf(field, here),
      ...rowsOf(field.items ?? {}, inner),
    ];
  });
}

/** The fields of each option. A field that several options share is listed once. */
function optionRows(options: readonly JsonSchema[], path: string): string[][] {
  const rows = options.flatMap((option) => {
    const by = discriminatorOf(option);
    const { [by]: choice, ...fields } = option.properties ?? {};
    const head = [`\`${path}.${by}\``, `\`${choice?.const}\``, '', choice?.description ?? ''];
    return [head, ...rowsOf({ properties: fields }, path)];
  });
  return rows.filter((row, index) => rows.findIndex((other) => String(other) === String(row)) === index);
}

function typeOf(field: JsonSchema): string {
  if (field.enum) return field.enum.map((value) => `\`${value}\``).join(', ');
  if (field.oneOf) return 'one of those below';
  if (field.type !== 'array') return field.type ?? '';
  return `list of ${field.items?.enum || field.items?.oneOf ? typeOf(field.items) : (field.items?.type ?? 'object')}`;
}

const literal = (value: unknown): string => (value === undefined ? '' : `\`${JSON.stringify(value)}\``);
