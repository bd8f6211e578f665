import { stringify } from 'yaml';
import { type Schema, schema } from './sentinels.js';

/** What the chart asks for beside an environment's fields: Helm's own customs. */
const CUSTOMS: Readonly<Record<string, Schema>> = {
  nameOverride: { type: 'string', default: '', description: "Name in the labels, in place of the chart's." },
  fullnameOverride: {
    type: 'string',
    default: '',
    description: "Start of the names of Roles, in place of the release's.",
  },
};

/** Fields of an environment that Helm itself gives. */
const OWN_OF_HELM = ['namespace'];

/** The environment's name where a release gives none. */
const NAME = 'custom';

const fields: Readonly<Record<string, Schema>> = {
  ...CUSTOMS,
  ...Object.fromEntries(Object.entries(schema.properties ?? {}).filter(([name]) => !OWN_OF_HELM.includes(name))),
};

/** Every value of the chart with its default. */
export function defaultValues(): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, defaultOf(field, name)]));
}

/** `values.yaml`, with what each value means. */
export function valuesYaml(): string {
  return `${lines(fields, 0).join('\n')}\n`;
}

/** `values.schema.json`: strict, but for `global`, which a parent chart hands to every chart below it. */
export function valuesSchema(): string {
  const root = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    additionalProperties: false,
    properties: { ...fields, global: { type: 'object' } },
  };
  return `${JSON.stringify(root, null, 2)}\n`;
}

function lines(properties: Readonly<Record<string, Schema>>, indent: number): string[] {
  const pad = ' '.repeat(indent);
  return Object.entries(properties).flatMap(([name, field]) => {
    const comment = field.description ? [`${pad}# -- ${field.description}`] : [];
    if (field.properties) return [...comment, `${pad}${name}:`, ...lines(field.properties, indent + 2)];
    const value = defaultOf(field, name);
    if (value === undefined) return [...comment, `${pad}# ${name}:`];
    const text = stringify({ [name]: value }, { lineWidth: 0, version: '1.1' }).trimEnd();
    return [...comment, ...text.split('\n').map((line) => `${pad}${line}`)];
  });
}

function defaultOf(field: Schema, name: string): unknown {
  if (field.properties) {
    const entries = Object.entries(field.properties).map(([key, child]) => [key, defaultOf(child, key)]);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  }
  return field.default ?? (name === 'name' ? NAME : undefined);
}
