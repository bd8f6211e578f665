import type { JsonSchema } from '../schema/json-schema.js';
import { Derivation } from './derive.js';
import { Emitter } from './emit.js';
import type { Node } from './node.js';
import { makeSentinels, SENTINEL, type Values } from './sentinels.js';

/** Renders values to objects, by their path in the construct tree. */
export type Render = (values: Values) => ReadonlyMap<string, unknown>;

/**
 * Derives templates, one file for each kind of object. For all values of the schema, they give the objects that
 * `render` gives.
 * @param elsewhere values that need not reach an object
 * @throws Error if a value reaches no object, or if no template can express a change
 */
export function templates(schema: JsonSchema, render: Render, elsewhere: readonly string[] = []): Map<string, string> {
  const sentinels = makeSentinels(schema);
  const objects = new Map(
    [undefined, ...sentinels.variants].map((one) => [one, render(one?.values ?? sentinels.base)]),
  );
  const derivation = new Derivation(sentinels);
  const places = new Set([...objects.values()].flatMap((all) => [...all.keys()]));
  const files = new Map<string, Node[]>();
  for (const place of places) {
    const found = [...objects.values()].map((all) => all.get(place)).find((one) => one !== undefined);
    const { kind } = found as { readonly kind?: string };
    if (!kind || kind.match(SENTINEL)) throw new Error(`an object without a kind of its own: ${place}`);
    const name = `${kind.toLowerCase()}.yaml`;
    files.set(name, [...(files.get(name) ?? []), derivation.document(place, objects)]);
  }
  const below = [...derivation.whole, ...elsewhere];
  const dead = [...sentinels.variants.map(({ path }) => path), ...sentinels.leaves.values()].filter(
    (path) =>
      !path.startsWith('@') &&
      !derivation.seen.has(path) &&
      !below.some((whole) => path === whole || path.startsWith(`${whole}.`) || path.startsWith(`${whole}[`)),
  );
  if (dead.length > 0) throw new Error(`values that reach no object: ${[...new Set(dead)].join(', ')}`);
  return new Map([...files].map(([name, nodes]) => [name, new Emitter().file(nodes)]));
}
