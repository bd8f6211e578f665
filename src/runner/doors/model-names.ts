import type { Field } from './model-json.js';
import { Refusal } from './model-refusal.js';

/**
 * The model of a request, as the settings spell it.
 * @param inPath the model in the path, in each spelling that settings may use; empty if the body names it
 * @param fields fields of the body that name models
 * @throws Refusal unless the environment allows all of them
 */
export function modelOf(names: readonly string[], inPath: readonly string[], fields: readonly Field[]): string {
  const asked = fields.filter(([name]) => name.toLowerCase() === 'model');
  // With two fields, the door could check one while the API uses the other.
  if (asked.length > 1) throw new Refusal(400, 'the body names its model twice');
  const inBody = asked[0]?.[1];
  if (inPath.length === 0 && typeof inBody !== 'string') throw new Refusal(400, 'the body names no model');
  const model = inPath.length > 0 ? allowed(names, inPath) : allowed(names, [String(inBody)]);
  if (inBody !== undefined) allowed(names, spellings(inBody));
  for (const [name, value] of fields) {
    if (name.toLowerCase() !== 'model') for (const one of [value].flat(2)) allowed(names, spellings(one));
  }
  return model;
}

/** Google's bodies have the resource name, with a prefix. */
const spellings = (model: unknown): string[] => {
  const text = typeof model === 'string' ? model : (JSON.stringify(model) ?? '');
  return [text, text.replace(/^models\//, '')];
};

function allowed(names: readonly string[], spelled: readonly string[]): string {
  const found = spelled.find((name) => names.includes(name));
  if (found !== undefined) return found;
  const asked = spelled[0] ?? '';
  const refusal = new Refusal(
    403,
    `this run may not ask for the model ${JSON.stringify(asked.slice(0, 100))}; it may ask for ${names.join(', ')}`,
  );
  refusal.model = asked.slice(0, 100);
  throw refusal;
}
