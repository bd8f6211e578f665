import { joined, reference, type Scope, test } from './expression.js';
import { type Entry, grouped, type Node } from './tree.js';

const pad = (indent: number): string => ' '.repeat(indent);

/** A JSON document as lines of a block of text. Its values are encoded by Helm, so that no quote can break it. */
export function emitJson(node: Node, indent: number, scope: Scope): string[] {
  return `${pad(indent)}${json(node, indent, scope)}`.split('\n');
}

function json(node: Node, indent: number, scope: Scope): string {
  switch (node.kind) {
    case 'scalar': {
      const [only] = node.parts;
      if (node.parts.length > 1 || typeof only !== 'string') return joined(node.parts, node.type, 'toJson', scope);
      if (only.includes('{{')) return joined(node.parts, node.type, 'toJson', scope);
      return node.type === 'string' ? JSON.stringify(only) : only;
    }
    case 'container':
      return `{{ ${reference(node.path, scope)} | toJson }}`;
    case 'choice': {
      const [yes, no] = [json(node.yes, indent, scope), json(node.no, indent, scope)];
      return `{{ if ${test(node.when, scope)} }}${yes}{{ else }}${no}{{ end }}`;
    }
    case 'map':
      return object(node.entries, indent, scope);
    case 'list':
      return list(node, indent, scope);
    case 'json':
      throw new Error('a JSON document inside of another');
  }
}

/** What is always there comes first, so that what comes after a condition can bring its own comma. */
function object(entries: readonly Entry[], indent: number, scope: Scope): string {
  const inner = indent + 2;
  const line = ({ key, node }: Entry) => {
    const name = key.every((part) => typeof part === 'string')
      ? JSON.stringify(key.join(''))
      : joined(key, 'string', 'toJson', scope);
    return `${pad(inner)}${name}: ${json(node, inner, scope)}`;
  };
  const always = entries.filter(({ when }) => !when).map(line);
  const sometimes = entries.filter(({ when }) => when);
  if (always.length === 0 && sometimes.length > 0) throw new Error('a JSON object with nothing that is always there');
  if (always.length === 0) return '{}';
  const tail = grouped(sometimes).map(({ when, entries: group }) => {
    const condition = when && test(when, scope);
    return `${pad(inner)}{{- if ${condition} }},\n${group.map(line).join(',\n')}\n${pad(inner)}{{- end }}`;
  });
  return ['{', [always.join(',\n'), ...tail].join('\n'), `${pad(indent)}}`].join('\n');
}

function list({ items }: Node & { kind: 'list' }, indent: number, scope: Scope): string {
  const parts = items.map(({ node, range }, index) => {
    if (!range) return `${index > 0 ? ', ' : ''}${json(node, indent, scope)}`;
    const value = json(node, indent, range);
    return `{{ range $index, $_ := ${reference(range, scope)} }}{{ if $index }}, {{ end }}${value}{{ end }}`;
  });
  return `[${parts.join('')}]`;
}
