import { stringify } from 'yaml';
import { environmentJsonSchema, type JsonSchema } from '../schema/json-schema.js';

/** Fields of an environment that are not chart values: Helm sets the namespace, and Argo CD installs the chart. */
export const NOT_IN_THE_CHART: readonly string[] = ['namespace', 'gitops'];

/** Values that only templates/_helpers.tpl uses, and no object. */
export const HELM_OWN: readonly string[] = ['nameOverride', 'fullnameOverride', 'commonLabels'];

/** Values of the chart besides the fields of an environment: they are customary in Helm charts. */
const CUSTOMS: Readonly<Record<string, JsonSchema>> = {
  nameOverride: { type: 'string', default: '', description: 'Name in the labels, instead of the name of the chart.' },
  fullnameOverride: {
    type: 'string',
    default: '',
    description: 'Start of the names of the Roles, instead of the name of the release.',
  },
};

/** Name of the environment, if a release gives none. */
const NAME = 'custom';

const fields = Object.entries(environmentJsonSchema.properties ?? {})
  .filter(([name]) => !NOT_IN_THE_CHART.includes(name))
  .map(([name, field]): [string, JsonSchema] => [name, name === 'name' ? { ...field, default: NAME } : field]);

/** Every value of the chart. */
export const chartSchema: JsonSchema = withoutGaps({
  type: 'object',
  properties: { ...CUSTOMS, ...Object.fromEntries(fields) },
});

/** Every value of the chart with its default. */
export const defaultValues = (): Readonly<Record<string, unknown>> =>
  defaultOf(chartSchema) as Readonly<Record<string, unknown>>;

/** `values.yaml`, with a description of each value. */
export const valuesYaml = (): string => `${lines(chartSchema.properties ?? {}).join('\n')}\n`;

/** `values.schema.json`. It is strict except for `global`, which a parent chart hands to all its subcharts. */
export function valuesSchema(): string {
  const root = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...chartSchema,
    additionalProperties: false,
    properties: { ...chartSchema.properties, global: { type: 'object' } },
  };
  return `${JSON.stringify(root, null, 2)}\n`;
}

/**
 * Marks fields as required.
 *
 * - Inside of a list, or in an option that is not the default, Helm fills in no defaults: each field is required unless
 *   its default is empty.
 * - Elsewhere, each field with a default is required: a value of null would remove the default that templates need.
 * - A map that an environment may leave out may be left out here, too.
 */
function withoutGaps(field: JsonSchema, inside = false): JsonSchema {
  const { properties, items, oneOf } = field;
  const all = Object.entries(properties ?? {});
  return {
    ...field,
    ...(properties && { properties: Object.fromEntries(all.map(([name, one]) => [name, withoutGaps(one, inside)])) }),
    ...(properties && {
      required: all.filter(([name, one]) => !mayLack(field, name) && isRequired(one, inside)).map(([name]) => name),
    }),
    ...(items && { items: withoutGaps(items, true) }),
    ...(oneOf && { oneOf: oneOf.map((one) => withoutGaps(one, true)) }),
  };
}

/** Whether a map may be left out. If all its fields have defaults, it counts as a map with a default. */
function mayLack({ required, properties }: JsonSchema, name: string): boolean {
  const one = properties?.[name] ?? {};
  const filledIn = one.properties && !one.required?.length;
  return one.type === 'object' && one.default === undefined && !filledIn && !required?.includes(name);
}

function isRequired(field: JsonSchema, inside: boolean): boolean {
  return inside ? field.default !== '' : field.default !== undefined || field.properties !== undefined;
}

function lines(properties: Readonly<Record<string, JsonSchema>>): string[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const comment = field.description ? [`# -- ${field.description}`] : [];
    if (field.properties) return [...comment, `${name}:`, ...lines(field.properties).map((line) => `  ${line}`)];
    const value = defaultOf(field);
    if (value === undefined) return [...comment, `# ${name}:`];
    return [
      ...comment,
      ...stringify({ [name]: value }, { lineWidth: 0, version: '1.1' })
        .trimEnd()
        .split('\n'),
    ];
  });
}

function defaultOf(field: JsonSchema): unknown {
  if (!field.properties) return field.default;
  const entries = Object.entries(field.properties).map(([key, child]) => [key, defaultOf(child)]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
