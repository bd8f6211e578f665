import { emitJson } from './emit-json.js';
import { joined, reference, type Scope, test } from './expression.js';
import { CHART_NAME } from './name.js';
import { type Entry, grouped, type Item, type Node } from './tree.js';

/** Texts that YAML 1.1 reads as they are, and as text. */
const PLAIN = /^(?!(?:y|n|yes|no|on|off|true|false|null)$)[A-Za-z][\w./-]*$/i;

const pad = (indent: number): string => ' '.repeat(indent);

/** A document's lines, between the lines of its condition or range. */
export function emitDocument({ node, when, range }: Item): string {
  const lines = ['---', ...block(node, 0, range)];
  return wrapped(lines, 0, when && `if ${test(when, range)}`, range && `range ${reference(range, undefined)}`).join(
    '\n',
  );
}

/** A map or a list as lines. */
function block(node: Node, indent: number, scope: Scope): string[] {
  switch (node.kind) {
    case 'map':
      return grouped(node.entries).flatMap(({ when, entries }) =>
        wrapped(
          entries.flatMap((entry) => emitEntry(entry, indent, scope)),
          indent,
          when && `if ${test(when, scope)}`,
        ),
      );
    case 'list':
      return node.items.flatMap((item) => emitItem(item, indent, scope));
    case 'container':
      return [`${pad(indent)}{{- toYaml ${reference(node.path, scope)} | nindent ${indent} }}`];
    case 'choice':
      return [
        `${pad(indent)}{{- if ${test(node.when, scope)} }}`,
        ...block(node.yes, indent, scope),
        `${pad(indent)}{{- else }}`,
        ...block(node.no, indent, scope),
        `${pad(indent)}{{- end }}`,
      ];
    default:
      throw new Error(`a ${node.kind} has no lines of its own`);
  }
}

function emitEntry({ key, node, spread }: Entry, indent: number, scope: Scope): string[] {
  if (spread === '@labels') {
    return [
      `${pad(indent)}{{- include "${CHART_NAME}.labels" ${scope === undefined ? '.' : '$'} | nindent ${indent} }}`,
    ];
  }
  if (spread) {
    const value = `${pad(indent)}{{- toYaml . | nindent ${indent} }}`;
    return [`${pad(indent)}{{- with ${reference(spread, scope)} }}`, value, `${pad(indent)}{{- end }}`];
  }
  const name = typeof key[0] === 'string' && key.length === 1 ? plain(key[0]) : joined(key, 'string', 'quote', scope);
  return named(name, node, indent, scope);
}

function named(name: string, node: Node, indent: number, scope: Scope): string[] {
  const start = `${pad(indent)}${name}:`;
  if (isInline(node)) return [`${start} ${inline(node, scope)}`];
  if (node.kind === 'json') return [`${start} |`, ...emitJson(node.node, indent + 2, scope)];
  return [start, ...block(node, indent + 2, scope)];
}

function emitItem({ node, when, range }: Item, indent: number, scope: Scope): string[] {
  const inner = range ?? scope;
  const lines = isInline(node)
    ? [`${pad(indent)}- ${inline(node, inner)}`]
    : block(node, indent + 2, inner).map((line, index) => (index === 0 ? `${pad(indent)}- ${line.trimStart()}` : line));
  return wrapped(lines, indent, when && `if ${test(when, inner)}`, range && `range ${reference(range, scope)}`);
}

/** Lines between `{{- if … }}` and `{{- end }}`, the outer ones last. */
function wrapped(lines: readonly string[], indent: number, ...openings: (string | undefined)[]): string[] {
  let inner = [...lines];
  for (const opening of openings) {
    if (opening) inner = [`${pad(indent)}{{- ${opening} }}`, ...inner, `${pad(indent)}{{- end }}`];
  }
  return inner;
}

function isInline(node: Node): boolean {
  if (node.kind === 'choice') return isInline(node.yes) && isInline(node.no);
  return node.kind === 'scalar' || (node.kind === 'list' && node.items.length === 0);
}

function inline(node: Node, scope: Scope): string {
  if (node.kind === 'choice') {
    const [yes, no] = [inline(node.yes, scope), inline(node.no, scope)];
    return `{{ if ${test(node.when, scope)} }}${yes}{{ else }}${no}{{ end }}`;
  }
  if (node.kind !== 'scalar') return '[]';
  const [only] = node.parts;
  if (node.parts.length === 1 && typeof only === 'string') {
    if (only.includes('{{')) return joined(node.parts, node.type, 'quote', scope);
    return node.type === 'string' ? plain(only) : only;
  }
  return joined(node.parts, node.type, 'quote', scope);
}

const plain = (text: string): string => (PLAIN.test(text) ? text : JSON.stringify(text));
