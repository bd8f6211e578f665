import { reference, root, type Scope, test, textOf } from './expression.js';
import { same } from './family.js';
import { CHART_NAME } from './name.js';
import { anyOf, type Condition, conditionOf, type Entry, type Node, type Part, presence } from './node.js';

/** Texts that YAML 1.1 reads unchanged, and as text, when they have no quotes. */
const PLAIN = /^(?!(?:y|n|yes|no|on|off|true|false|null)$)[A-Za-z][\w./-]*$/i;

/** Writes the documents of one file. The named templates that they include come first. */
export class Emitter {
  private readonly defines = new Map<string, string>();

  file(nodes: readonly Node[]): string {
    const documents = nodes.map((node) => this.document(node));
    return `${[...this.defines.values(), ...documents].join('\n')}\n`;
  }

  private document(node: Node): string {
    return this.item(node, undefined, (one, scope) => ['---', ...this.lines(one, scope)]).join('\n');
  }

  /** Wraps the lines of a node in `if` or `range`, if it is there only sometimes or for each element of a list. */
  private item(node: Node, scope: Scope, lines: (node: Node, scope: Scope) => string[]): string[] {
    if (node.kind === 'range') {
      return wrapped(`range ${reference(node.list, scope)}`, this.item(node.node, node.list, lines));
    }
    const { node: there, when } = presence(node);
    return wrapped(when && `if ${test(when, scope)}`, lines(there, scope));
  }

  private lines(node: Node, scope: Scope): string[] {
    switch (node.kind) {
      case 'map': {
        const whens = node.optional || node.sure ? [] : node.entries.map(conditionOf);
        const mayBeEmpty = !node.sure && whens.every((when) => when !== undefined);
        if (mayBeEmpty && node.entries.some(isForSome)) return this.counted(node.entries, scope);
        return orElse('{}', whens, scope, this.entries(node.entries, scope));
      }
      case 'list':
        return this.list(node.items, scope);
      case 'value':
        return [`{{- toYaml ${reference(node.path, scope)} | nindent 0 }}`];
      case 'choice': {
        const no = this.lines(node.no, scope);
        const rest = node.no.kind === 'choice' ? no.slice(0, -1) : ['{{- else }}', ...no];
        if (node.no.kind === 'choice') rest[0] = (rest[0] ?? '').replace('{{- if', '{{- else if');
        return [`{{- if ${test(node.when, scope)} }}`, ...this.lines(node.yes, scope), ...rest, '{{- end }}'];
      }
      default:
        return [this.inline(node, scope)];
    }
  }

  /** Neighbouring entries with the same condition share one `if`. */
  private entries(entries: readonly Entry[], scope: Scope): string[] {
    const groups: { when: Condition | undefined; lines: string[] }[] = [];
    for (const entry of entries) {
      const when = 'spread' in entry || entry.each !== undefined ? undefined : entry.when;
      const last = groups.at(-1);
      if (last && same(last.when, when)) last.lines.push(...this.entry(entry, scope));
      else groups.push({ when, lines: this.entry(entry, scope) });
    }
    return groups.flatMap(({ when, lines }) => wrapped(when && `if ${test(when, scope)}`, lines));
  }

  /**
   * A map with entries for some elements of a list. No condition tells whether the map is empty, so the template keeps
   * track in `$empty`.
   */
  private counted(entries: readonly Entry[], scope: Scope): string[] {
    if (!entries.every(isForSome))
      throw new Error('cannot express a map with entries for some elements and with others');
    const lines = entries.flatMap(({ each, when, ...entry }) =>
      wrapped(
        `range ${reference(each, scope)}`,
        wrapped(`if ${test(when, each)}`, ['{{- $empty = false }}', ...this.entry(entry, each)]),
      ),
    );
    return ['{{- $empty := true }}', ...lines, ...wrapped('if $empty', ['{}'])];
  }

  private entry(entry: Entry, scope: Scope): string[] {
    if ('key' in entry && entry.each !== undefined) {
      const { each, when, ...one } = entry;
      return wrapped(
        `range ${reference(each, scope)}`,
        wrapped(when && `if ${test(when, each)}`, this.entry(one, each)),
      );
    }
    if ('spread' in entry) {
      if (entry.spread === '@labels') return [`{{- include "${CHART_NAME}.labels" ${root(scope)} | nindent 0 }}`];
      return wrapped(`with ${reference(entry.spread, scope)}`, ['{{- toYaml . | nindent 0 }}']);
    }
    const [only] = entry.key;
    const plain = typeof only === 'string' && entry.key.length === 1 && !only.includes('{{');
    const name = plain ? spelled(only) : `{{ ${textOf(entry.key, scope)} | quote }}`;
    const block = entry.node.kind === 'text' ? blockOf(entry.node.parts) : [];
    if (block.length > 0) return [`${name}: ${block[0]}`, ...indented(block.slice(1))];
    if (entry.node.kind !== 'json') return this.named(name, entry.node, scope);
    const define = this.nameFor(plain ? only.replace(/\.json$/, '') : '');
    if (!plain || scope !== undefined) throw new Error(`a JSON document below a name of its own: ${name}`);
    const body = this.lines(entry.node.node, scope);
    this.defines.set(define, [`{{- define "${define}" -}}`, ...body, '{{- end }}'].join('\n'));
    return [`${name}: |`, `  {{- include "${define}" . | fromYaml | toPrettyJson | nindent 2 }}`];
  }

  /** A name for a template that no other template has. */
  private nameFor(key: string): string {
    const name = `${CHART_NAME}.${key}`;
    const taken = [...this.defines.keys()].filter((one) => one.startsWith(name)).length;
    return taken === 0 ? name : `${name}-${taken + 1}`;
  }

  private named(name: string, node: Node, scope: Scope): string[] {
    if (isInline(node)) return [`${name}: ${this.inline(node, scope)}`];
    return [`${name}:`, ...indented(this.lines(node, scope))];
  }

  private list(items: readonly Node[], scope: Scope): string[] {
    if (items.length === 0) return ['[]'];
    const whens = items.map((item) => (item.kind === 'range' ? rangeWhen(item) : presence(item).when));
    const lines = items.flatMap((item) =>
      this.item(item, scope, (node, inner) => {
        const [first = '', ...rest] = indented(isInline(node) ? [this.inline(node, inner)] : this.lines(node, inner));
        return [`- ${first.trimStart()}`, ...rest];
      }),
    );
    return orElse('[]', whens, scope, lines);
  }

  private inline(node: Node, scope: Scope): string {
    switch (node.kind) {
      case 'choice': {
        const arms = `${this.inline(node.yes, scope)}{{ else }}${this.inline(node.no, scope)}`;
        return `{{ if ${test(node.when, scope)} }}${arms}{{ end }}`;
      }
      case 'text':
        return scalar(node.parts, node.type, scope);
      case 'lines':
        return joined(node.list, node.parts, scope);
      default:
        return node.kind === 'list' ? '[]' : '{}';
    }
  }
}

/** Whether an entry depends on each element of a list. */
const isForSome = (entry: Entry): entry is Entry & { readonly each: string; readonly when: Condition } =>
  'key' in entry && entry.each !== undefined && entry.when !== undefined;

function scalar(parts: readonly Part[], type: string, scope: Scope): string {
  const text = parts.every((part) => typeof part === 'string') ? parts.join('') : undefined;
  if (text !== undefined && !text.includes('{{')) return type === 'string' ? spelled(text) : text;
  return `{{ ${textOf(parts, scope)}${type === 'string' ? ' | quote' : ''} }}`;
}

/** A text of several lines as a block, if it has no values and needs no quotes in a template. */
function blockOf(parts: readonly Part[]): string[] {
  const [text = '', ...more] = parts;
  if (typeof text !== 'string' || more.length > 0) return [];
  const lines = text.replace(/\n$/, '').split('\n');
  const plain = lines.length > 1 && lines.at(-1) !== '' && !/\{\{|^\s|[ \t](\n|$)/.test(text);
  return plain ? [text.endsWith('\n') ? '|' : '|-', ...lines] : [];
}

/** One line for each element of a list. */
function joined(list: string, parts: readonly Part[], scope: Scope): string {
  const value = textOf(parts, list);
  if (value === '.') return `{{ join "\\n" ${reference(list, scope)} | quote }}`;
  const range = `{{ range ${reference(list, scope)} }}{{ $lines = append $lines (${value}) }}{{ end }}`;
  return `{{ $lines := list }}${range}{{ join "\\n" $lines | quote }}`;
}

function rangeWhen(range: Node & { kind: 'range' }): Condition {
  // If no element is there, the list has no items, which YAML reads as null and not as empty.
  if (presence(range.node).when) throw new Error(`cannot express a list without some elements of ${range.list}`);
  return { path: range.list };
}

/** Writes the empty value if every line may be absent: without it, YAML would read null. */
function orElse(empty: string, whens: readonly (Condition | undefined)[], scope: Scope, lines: string[]): string[] {
  const given = whens.filter((when) => when !== undefined);
  if (given.length === 0 || given.length < whens.length) return lines.length > 0 ? lines : [empty];
  if (lines.at(-1) === '{{- end }}' && given.length === 1)
    return [...lines.slice(0, -1), '{{- else }}', empty, '{{- end }}'];
  return [`{{- if ${test(anyOf(given), scope)} }}`, ...lines, '{{- else }}', empty, '{{- end }}'];
}

const wrapped = (opening: string | undefined, lines: readonly string[]): string[] =>
  opening ? [`{{- ${opening} }}`, ...lines, '{{- end }}'] : [...lines];

/** Indents lines. Lines that the template makes with `nindent` get a larger number instead. */
const indented = (lines: readonly string[]): string[] =>
  lines.map(
    (line) => line && `  ${line.replace(/\| nindent (\d+) \}\}$/, (_, by) => `| nindent ${Number(by) + 2} }}`)}`,
  );

function isInline(node: Node): boolean {
  if (node.kind === 'choice') return isInline(node.yes) && isInline(node.no);
  if (node.kind === 'list') return node.items.length === 0;
  if (node.kind === 'map') return node.entries.length === 0;
  return node.kind === 'text' || node.kind === 'lines';
}

const spelled = (text: string): string => (PLAIN.test(text) ? text : JSON.stringify(text));
