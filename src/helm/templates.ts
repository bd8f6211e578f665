import { ApiObject, App } from 'cdk8s';
import { RunnerChart } from '../charts/runner-chart.js';
import type { Environment } from '../environments/environment.js';
import { Derivation, familiesOf } from './derive.js';
import { emitDocument } from './emit-yaml.js';
import { FULLNAME, LABELS, makeSentinels } from './sentinels.js';
import type { Node } from './tree.js';

/** The objects that a release of the chart has for these values, by their place in the construct tree. */
function objectsOf(environment: Environment): Map<string, unknown> {
  const chart = new RunnerChart(new App(), environment, { name: FULLNAME, labels: LABELS, withNamespace: false });
  // Not chart.toJson(), which would validate: sentinels are no durations.
  return new Map(
    chart.node.findAll().flatMap((node) => (ApiObject.isApiObject(node) ? [[node.node.path, node.toJson()]] : [])),
  );
}

/**
 * The templates of the chart, a file for each kind, derived from the constructs.
 * @throws Error when a value reaches no object, or something cannot be expressed
 */
export function templates(): Map<string, string> {
  const sentinels = makeSentinels();
  const objects = new Map(
    [undefined, ...sentinels.variants].map((one) => [one, objectsOf(one?.environment ?? sentinels.base)]),
  );
  const derivation = new Derivation(sentinels);
  const files = new Map<string, string[]>();
  for (const item of derivation.documents(familiesOf(objects))) {
    const name = `${kindOf(item.node).toLowerCase()}.yaml`;
    files.set(name, [...(files.get(name) ?? []), emitDocument(item)]);
  }
  const unseen = [...sentinels.leaves.values()].filter(
    (path) =>
      ![...derivation.seen].some((seen) => path === seen || path.startsWith(`${seen}.`) || path.startsWith(`${seen}[`)),
  );
  if (unseen.length > 0) throw new Error(`values that reach no object: ${unseen.join(', ')}`);
  return new Map([...files].map(([name, documents]) => [name, `${documents.join('\n')}\n`]));
}

function kindOf(node: Node): string {
  const kind = node.kind === 'map' && node.entries.find(({ key }) => key[0] === 'kind')?.node;
  const [name] = kind && kind.kind === 'scalar' ? kind.parts : [];
  if (typeof name !== 'string') throw new Error('an object without a kind');
  return name;
}
