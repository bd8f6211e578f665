import { z } from 'zod';
import { environmentSchema } from './environment.js';

/** The parts of a JSON schema that the fields of an environment use. */
export interface JsonSchema {
  readonly type?: string;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly propertyNames?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
}

/** The fields of an environment. The tables of the docs and the chart's values are generated from it. */
export const environmentJsonSchema = z.toJSONSchema(environmentSchema, {
  io: 'input',
  unrepresentable: 'any',
}) as JsonSchema;

/** The field that tells the options of a union apart. */
export const discriminatorOf = ({ properties = {} }: JsonSchema): string =>
  Object.keys(properties).find((name) => properties[name]?.const !== undefined) ?? '';
