import { stringify } from 'yaml';
import { environmentJsonSchema, type JsonSchema } from '../environments/json-schema.js';

/** Fields of an environment that are no values of the chart: Helm gives the namespace, and Argo CD installs the chart. */
export const NOT_IN_THE_CHART: readonly string[] = ['namespace', 'gitops'];

/** Values that templates/_helpers.tpl uses instead of an object. */
export const HELM_OWN: readonly string[] = ['nameOverride', 'fullnameOverride', 'commonLabels'];

/** What the chart asks for beside an environment's fields: Helm's own customs. */
const CUSTOMS: Readonly<Record<string, JsonSchema>> = {
  nameOverride: { type: 'string', default: '', description: "Name in the labels, in place of the chart's." },
  fullnameOverride: {
    type: 'string',
    default: '',
    description: "Start of the names of Roles, in place of the release's.",
  },
};

/** The environment's name where a release gives none. */
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

/** `values.yaml`, with what each value means. */
export const valuesYaml = (): string => `${lines(chartSchema.properties ?? {}).join('\n')}\n`;

/** `values.schema.json`: strict, but for `global`, which a parent chart hands to every chart below it. */
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
 * Helm fills in no default inside of a list, nor in another option than the default's: what matters there is required.
 * Elsewhere what has a default is: a value of null takes the default away, and with it what its templates ask for.
 */
function withoutGaps(field: JsonSchema, inside = false): JsonSchema {
  const { properties, items, oneOf } = field;
  const all = Object.entries(properties ?? {});
  return {
    ...field,
    ...(properties && { properties: Object.fromEntries(all.map(([name, one]) => [name, withoutGaps(one, inside)])) }),
    ...(properties && { required: all.filter(([, one]) => isRequired(one, inside)).map(([name]) => name) }),
    ...(items && { items: withoutGaps(items, true) }),
    ...(oneOf && { oneOf: oneOf.map((one) => withoutGaps(one, true)) }),
  };
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
