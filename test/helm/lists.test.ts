import { describe, expect, test } from '@jest/globals';
import {
  BOTH,
  choiceOf,
  derive,
  each,
  FLAG,
  FRACTION,
  GIVEN,
  group,
  listOf,
  MAP,
  MAYBE,
  NUMBER,
  TEXT,
  thing,
} from './derived.js';

type Texts = { readonly l: readonly string[] };
const texts = { l: listOf(GIVEN) };
const someTexts: Texts[] = [[], ['q'], ['q', '"r"\n', '%s {{ . }}', '0755']].map((l) => ({ l }));

const hosts = { l: listOf(group({ n: GIVEN, hosts: listOf(GIVEN) })) };
type Hosts = { readonly l: readonly { readonly n: string; readonly hosts: readonly string[] }[] };
const someHosts: Hosts[] = [
  { l: [] },
  { l: [{ n: 'a', hosts: [] }] },
  { l: ['b', 'c', 'd'].map((n, index) => ({ n, hosts: ['x', 'y'].slice(index) })) },
];

describe('a list among the values', () => {
  test('is written whole', () => {
    const derived = derive(texts, ({ l }: Texts) => [thing({ x: l, y: { z: l } })]);
    expect(derived.text).toContain('\nx:\n  {{- toYaml .Values.l | nindent 2 }}\n');
    derived.holdsFor(someTexts);
  });

  test('is empty, not null, where two lists make one and both are', () => {
    type Two = Texts & { readonly m: readonly string[] };
    const derived = derive({ ...texts, m: listOf(GIVEN) }, ({ l, m }: Two) => [thing({ x: [...l, ...m] })]);
    derived.holdsFor(each({ l: [[], ['q']], m: [[], ['r', 's']] }));
  });

  test('is empty, not null, where each of its items is there at times and none is', () => {
    type Flags = { readonly f: boolean; readonly g: boolean; readonly a: string };
    const derived = derive({ f: FLAG, g: FLAG, a: TEXT }, ({ f, g, a }: Flags) => [
      thing({ x: [...(f ? ['one'] : []), ...(g ? [{ two: 2 }] : []), ...(a ? [a] : [])] }),
    ]);
    derived.holdsFor(each({ f: BOTH, g: BOTH, a: ['', 'q'] }));
  });

  test('can be an item of another', () => {
    derive(texts, ({ l }: Texts) => [thing({ x: [l] })]).holdsFor(someTexts);
  });

  test('has a last item of its own', () => {
    derive(texts, ({ l }: Texts) => [thing({ x: [...l, 'last'] })]).holdsFor(someTexts);
  });

  test('is written item by item', () => {
    const derived = derive({ ...texts, r: GIVEN }, ({ l, r }: Texts & { r: string }) => [
      thing({ x: l.map((name) => ({ name, path: `${r}/${name}` })) }),
    ]);
    expect(derived.text).toContain('  {{- range .Values.l }}\n  - name: {{ . | quote }}\n');
    expect(derived.text).toContain('    path: {{ printf "%v/%v" $.Values.r . | quote }}\n');
    derived.holdsFor(someTexts.map((values) => ({ ...values, r: 'R' })));
  });

  test('is written document by document', () => {
    const derived = derive(texts, ({ l }: Texts) => l.map((name) => thing({ x: name }, `x-${name}`)));
    expect(derived.text).toContain('{{- range .Values.l }}\n---\n');
    derived.holdsFor([{ l: [] }, { l: ['q', 'r'] }]);
  });

  test('of numbers stays one, however large', () => {
    const derived = derive({ l: listOf(NUMBER) }, ({ l }: { l: number[] }) => [
      thing({ x: l, y: l.map((port) => ({ port })), z: l.join('\n') }),
    ]);
    expect(derived.text).toContain('  - port: {{ . | int64 }}\n');
    derived.holdsFor([{ l: [] }, { l: [0, 20_000_000] }]);
  });

  test('takes a document and a field with it where it is empty', () => {
    const derived = derive(texts, ({ l }: Texts) => [
      thing({ ...(l.length > 0 && { rules: { to: l.map((host) => ({ host })) } }) }),
      ...(l.length > 0 ? [thing({ x: l.map((host) => ({ host })) }, 'b')] : []),
    ]);
    expect(derived.text).toContain('{{- if .Values.l }}\nrules:\n');
    expect(derived.text).toContain('{{- if .Values.l }}\n---\n');
    derived.holdsFor(someTexts);
  });

  test('of options is written whole', () => {
    const derived = derive({ l: listOf({ enum: ['a', 'b'] }) }, ({ l }: Texts) => [thing({ x: l })]);
    expect(derived.text).toContain('toYaml .Values.l');
    derived.holdsFor([{ l: [] }, { l: ['b'] }, { l: ['b', 'a'] }]);
  });
});

// For a NetworkPolicy, null instead of an empty list would allow everything.
describe('an empty list leaves an empty list, and never null,', () => {
  test('where it is written item by item', () => {
    const derived = derive(texts, ({ l }: Texts) => [thing({ x: l.map((host) => ({ host })) })]);
    expect(derived.text).toContain('  {{- else }}\n  []\n  {{- end }}\n');
    derived.holdsFor(someTexts);
  });

  test('where it is written item by item twice', () => {
    const derived = derive(texts, ({ l }: Texts) => [
      thing({ x: [...l.map((host) => ({ host })), ...l.map((name) => ({ name }))] }),
    ]);
    expect(derived.text.match(/range/g)).toHaveLength(2);
    derived.holdsFor(someTexts);
  });

  test('where it stands inside of an item, an item of another list, or a document', () => {
    const derived = derive(hosts, ({ l }: Hosts) => [
      thing({ egress: [{ to: l.map(({ n }) => ({ n })), ports: [{ port: 443 }] }] }),
      ...l.map((one) => thing({ x: [{ to: one.hosts.map((host) => ({ host })) }] }, one.n)),
    ]);
    expect(derived.text.match(/\[\]/g)).toHaveLength(2);
    derived.holdsFor(someHosts);
  });

  test('where it is written whole, in a map or in a document of a list', () => {
    const derived = derive(hosts, ({ l }: Hosts) => [thing({ l }), ...l.map((one) => thing({ to: one.hosts }, one.n))]);
    expect(derived.text).toContain('{{- toYaml .hosts | nindent 2 }}');
    derived.holdsFor(someHosts);
  });

  test('but nothing where something always stands beside it', () => {
    const derived = derive(texts, ({ l }: Texts) => [thing({ x: ['fixed', ...l] })]);
    expect(derived.text).not.toContain('[]');
    derived.holdsFor(someTexts);
  });
});

describe('an item of a list', () => {
  type Item = { readonly n: string; readonly t: string; readonly f: boolean; readonly m: object; readonly o?: boolean };
  const item = { n: GIVEN, t: TEXT, f: FLAG, m: MAP, o: MAYBE, e: choiceOf('one', 'two') };
  const all = each<Item & { readonly e: string }>({
    n: ['a', '%'],
    t: ['', 'T'],
    f: BOTH,
    m: [{}, { a: 'b' }],
    o: [true, false],
    e: ['one', 'two'],
  });

  test('has fields that are there for some items alone', () => {
    const derived = derive({ l: listOf(group(item)) }, ({ l }: { l: readonly (Item & { e: string })[] }) => [
      thing({
        x: l.map(({ n, t, f, m, o, e }) => ({
          n,
          ...(t && { t }),
          ...(f && { flagged: 1 }),
          labels: { a: 'b', ...m },
          ...(o !== undefined && { o }),
          ...(e === 'two' ? { two: n } : { e }),
        })),
      }),
    ]);
    expect(derived.text).toContain('    {{- if .t }}\n    t: {{ .t | quote }}\n    {{- end }}\n');
    expect(derived.text).toContain('    {{- if eq .e "two" }}\n');
    derived.holdsFor([{ l: [] }, { l: all }, { l: all.map(({ o, ...absent }) => absent) }]);
  });

  test('can hold a list: written whole, item by item, joined', () => {
    const derived = derive(hosts, ({ l }: Hosts) => [
      thing({
        x: l.map((one) => ({
          name: one.n,
          whole: one.hosts,
          items: one.hosts.map((host) => ({ host })),
          joined: one.hosts.map((host) => `h:${host}`).join('\n'),
        })),
      }),
    ]);
    expect(derived.text).toContain('\n      {{- range .hosts }}\n      - host: {{ . | quote }}\n');
    derived.holdsFor(someHosts);
  });

  test('can stand in a document of its own, or in none', () => {
    type Items = { readonly l: readonly { readonly n: string; readonly f: boolean }[] };
    const derived = derive({ l: listOf(group({ n: GIVEN, f: FLAG })) }, ({ l }: Items) =>
      l.filter(({ f }) => f).map(({ n }) => thing({ x: n }, n)),
    );
    expect(derived.text).toContain('{{- range .Values.l }}\n{{- if .f }}\n---\n');
    derived.holdsFor([{ l: [] }, { l: [{ n: 'a', f: false }] }, { l: ['b', 'c'].map((n) => ({ n, f: n === 'c' })) }]);
  });
});

describe('a list joined to one text', () => {
  test('has a line for each item', () => {
    const derived = derive(texts, ({ l }: Texts) => [thing({ x: l.join('\n') })]);
    expect(derived.text).toContain('\nx: {{ join "\\n" .Values.l | quote }}\n');
    derived.holdsFor(someTexts);
  });

  test('can have lines that are composed', () => {
    type Pairs = { readonly l: readonly { readonly n: string; readonly t: string }[]; readonly r: string };
    const derived = derive({ l: listOf(group({ n: GIVEN, t: TEXT })), r: GIVEN }, ({ l, r }: Pairs) => [
      thing({ x: l.map(({ n, t }) => `${n}:${t}`).join('\n'), y: l.map(({ n }) => `${r}/100%/${n}`).join('\n') }),
    ]);
    expect(derived.text).toContain('$lines = append $lines (printf "%v:%v" .n .t)');
    const some = each({ n: ['a', '%d', '"'], t: ['', 'T'] });
    derived.holdsFor([[], some.slice(0, 1), some].map((l) => ({ l, r: 'R' })));
  });

  test('gives way to another text where it is empty', () => {
    const derived = derive(texts, ({ l }: Texts) => [
      thing({ x: l.length > 0 ? l.map((host) => `https://${host}`).join('\n') : 'none' }),
    ]);
    expect(derived.text).toContain('{{ else }}none{{ end }}\n');
    derived.holdsFor(someTexts);
  });
});

describe('a map with an entry for each element of a list', () => {
  type Costs = { readonly n: string; readonly cost?: { readonly a: number }; readonly m?: object };
  type All = { readonly l: readonly Costs[] };
  const cost = group({ a: FRACTION }, ['a']);
  const fields = { l: listOf(group({ n: GIVEN, cost, m: MAP }, ['n'])) };
  const some: All[] = [
    { l: [] },
    { l: [{ n: 'a' }] },
    {
      l: [
        { n: '0755', cost: { a: 0.5 } },
        { n: '{{ . }}', m: {} },
        { n: 'c', cost: { a: 0 }, m: { k: 'v' } },
      ],
    },
  ];
  const from = (l: readonly Costs[], value: (one: Costs) => unknown) =>
    Object.fromEntries(l.map((one) => [one.n, value(one)]));

  test('is empty, not null, where the list is', () => {
    const derived = derive(fields, ({ l }: All) => [
      thing({ x: from(l, ({ cost, m }) => ({ fixed: 1, ...(cost && { cost }), ...(m && { m }) })) }),
    ]);
    expect(derived.text).toContain('  {{- range .Values.l }}\n  {{ .n | quote }}:\n');
    expect(derived.text).toContain('    {{- if not (kindIs "invalid" .cost) }}\n');
    expect(derived.text).toContain('  {{- else }}\n  {}\n');
    derived.holdsFor(some);
  });

  test('is not there where the list is empty', () => {
    const derived = derive(fields, ({ l }: All) => [
      thing({
        ...(l.length > 0 && { x: from(l, ({ cost, m }) => ({ ...(cost && { c: cost.a }), ...(m && { m }) })) }),
      }),
    ]);
    expect(derived.text).toContain('{{- if .Values.l }}\nx:\n');
    derived.holdsFor(some);
  });

  test('is empty, not null, where the elements that have one are none', () => {
    const priced = (l: readonly Costs[]) => l.filter((one) => one.cost);
    const derived = derive(fields, ({ l }: All) => [
      thing({ x: from(priced(l), ({ cost }) => cost), y: from(l, ({ n, m }) => ({ n, ...(m && { m }) })) }),
    ]);
    expect(derived.text).toContain('  {{- $empty := true }}\n  {{- range .Values.l }}\n');
    derived.holdsFor(some);
  });

  test('has others beside them', () => {
    const derived = derive(fields, ({ l }: All) => [
      thing({
        x: {
          fixed: 1,
          ...from(
            l.filter((one) => one.cost),
            ({ cost }) => cost,
          ),
        },
        y: l,
      }),
    ]);
    expect(derived.text).not.toContain('$empty');
    derived.holdsFor(some);
  });

  test('is refused where it is not there without those elements: no condition says so', () => {
    const priced = (l: readonly Costs[]) => l.filter((one) => one.cost);
    const objects = ({ l }: All) => [
      thing({ y: l, ...(priced(l).length > 0 && { x: from(priced(l), ({ cost }) => cost) }) }),
    ];
    expect(() => derive(fields, objects)).toThrow(
      'cannot express Thing/a/x: it is there only for some elements, depending on l[].cost',
    );
  });

  test('is refused beside a field that is there at times: no condition says when both are not', () => {
    type Flagged = All & { readonly f: boolean };
    const objects = ({ l, f }: Flagged) => [
      thing({
        y: l,
        x: {
          ...(f && { fixed: 1 }),
          ...from(
            l.filter((one) => one.cost),
            ({ cost }) => cost,
          ),
        },
      }),
    ];
    expect(() => derive({ ...fields, f: FLAG }, objects)).toThrow('entries for some elements and with others');
  });
});
