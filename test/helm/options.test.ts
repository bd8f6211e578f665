import { describe, expect, test } from '@jest/globals';
import {
  BOTH,
  choiceOf,
  derive,
  each,
  FLAG,
  GIVEN,
  group,
  listOf,
  option,
  TEXT,
  type Thing,
  thing,
} from './derived.js';

type Store =
  | { readonly type: 'none'; readonly name: string }
  | { readonly type: 'gcp'; readonly name: string; readonly id: string }
  | { readonly type: 'aws'; readonly name: string; readonly region: string; readonly role: string }
  | { readonly type: 'vault'; readonly name: string; readonly id: string; readonly spaces: readonly string[] };

const store = {
  oneOf: [
    option('none', { name: GIVEN }),
    option('gcp', { name: GIVEN, id: GIVEN }),
    option('aws', { name: GIVEN, region: GIVEN, role: TEXT }),
    option('vault', { name: GIVEN, id: GIVEN, spaces: listOf(GIVEN) }),
  ],
};
const stores: Store[] = [
  { type: 'none', name: 'none' },
  { type: 'gcp', name: 'gcp', id: '"I"' },
  { type: 'aws', name: 'aws', region: '%r', role: '' },
  { type: 'aws', name: 'aws-2', region: 'R', role: 'role' },
  { type: 'vault', name: 'vault', id: 'V', spaces: [] },
  { type: 'vault', name: 'vault-2', id: 'V', spaces: ['1', 'x'] },
];

/** What only some options have. */
function fieldsOf(one: Store): object {
  switch (one.type) {
    case 'gcp':
      return { project: one.id };
    case 'aws':
      return { region: one.region, ...(one.role && { role: one.role }) };
    case 'vault':
      return { vault: { id: one.id, items: one.spaces.map((space) => ({ space })) }, spaces: one.spaces };
    default:
      return {};
  }
}

describe('a value that is one of several options', () => {
  type One = { readonly u: Store };
  const ones: One[] = stores.map((u) => ({ u }));

  test('gives the fields of the option that is chosen', () => {
    const derived = derive({ u: store }, ({ u }: One) => [thing({ name: u.name, ...fieldsOf(u) })]);
    expect(derived.text).toContain(
      '{{- if eq .Values.u.type "gcp" }}\nproject: {{ .Values.u.id | quote }}\n{{- end }}',
    );
    expect(derived.text).toContain('{{- if and (eq .Values.u.type "aws") .Values.u.role }}\nrole:');
    derived.holdsFor(ones);
  });

  test('leaves an empty map where the option has no field', () => {
    const derived = derive({ u: store }, ({ u }: One) => [thing({ x: fieldsOf(u) }, 'a'), thing({ n: u.name }, 'b')]);
    expect(derived.text).toContain('\n  {{- else }}\n  {}\n');
    derived.holdsFor(ones);
  });

  test('is written whole', () => {
    const derived = derive({ u: store }, ({ u }: One) => [thing({ x: u })]);
    expect(derived.text).toContain('{{- toYaml .Values.u | nindent 2 }}');
    derived.holdsFor(ones);
  });

  test('is written by its name', () => {
    const derived = derive({ u: store }, ({ u }: One) => [
      thing({ x: u.type, y: `is-${u.type}`, ...fieldsOf(u), n: u.name }),
    ]);
    expect(derived.text).toContain('\nx: {{ .Values.u.type | quote }}\n');
    derived.holdsFor(ones);
  });

  test('gives a field that several options have once', () => {
    const derived = derive({ u: store }, ({ u }: One) => [thing({ ...('id' in u && { x: u.id }), z: u })]);
    expect(derived.text).toContain('{{- if eq .Values.u.type "gcp" "vault" }}\nx: {{ .Values.u.id | quote }}\n');
    derived.holdsFor(ones);
  });

  test('gives a document for some options alone', () => {
    const derived = derive({ u: store }, ({ u }: One) => [
      thing({ n: u.name }),
      ...(u.type === 'none' ? [] : [thing(fieldsOf(u), 'store')]),
    ]);
    expect(derived.text).toContain('\n{{- if eq .Values.u.type "gcp" "aws" "vault" }}\n---\n');
    derived.holdsFor(ones);
  });

  test('is asked for what only some options have where they are chosen, and nowhere else', () => {
    type Key = { readonly u: { readonly type: string; readonly kind?: string } };
    const keys = { oneOf: [option('stored', { kind: choiceOf('token', 'ssh') }), option('made')] };
    const derived = derive({ u: keys }, ({ u }: Key) => [
      thing({ ...(u.kind !== 'ssh' && { password: u.type }), ...(u.kind === 'ssh' && { key: 1 }), last: 1 }),
    ]);
    derived.holdsFor(
      [{ type: 'stored', kind: 'token' }, { type: 'stored', kind: 'ssh' }, { type: 'made' }].map((u) => ({ u })),
    );
    expect(derived.text).toContain('{{- if or (eq .Values.u.type "made")');
  });

  test('gives a field of an option that counts for one choice beside it alone', () => {
    type Key = { readonly u: { readonly type: string; readonly kind?: string; readonly hosts?: string } };
    const keys = { oneOf: [option('stored', { kind: choiceOf('token', 'ssh'), hosts: TEXT }), option('made')] };
    const derived = derive({ u: keys }, ({ u }: Key) => [
      thing({ ...(u.kind === 'ssh' && { key: 1, ...(u.hosts && { hosts: u.hosts }) }), last: u.type }),
    ]);
    const ones = ['token', 'ssh'].flatMap((kind) => ['', 'a b'].map((hosts) => ({ type: 'stored', kind, hosts })));
    derived.holdsFor([...ones, { type: 'made' }].map((u) => ({ u })));
  });

  test('depends on no other value of the same kind', () => {
    type Two = { readonly u: Store; readonly w: Store };
    const derived = derive({ u: store, w: store }, ({ u, w }: Two) => [
      thing({ x: { n: u.name, ...fieldsOf(u) }, y: { n: w.name, ...fieldsOf(w) } }),
    ]);
    expect(derived.text).toContain('{{- if eq .Values.w.type "gcp" }}');
    const [none, gcp, , aws] = stores as [Store, Store, Store, Store];
    derived.holdsFor(each<Two>({ u: [none, gcp, aws], w: [none, gcp, aws] }));
  });
});

describe('a list of values that are each one of several options', () => {
  type All = { readonly l: readonly Store[] };
  const lists: All[] = [[], stores.slice(0, 1), stores.slice(1, 2), stores, stores.toReversed()].map((l) => ({ l }));
  const list = { l: listOf(store) };

  test('gives an item with the fields of its option', () => {
    const derived = derive(list, ({ l }: All) => [thing({ x: l.map((one) => ({ n: one.name, ...fieldsOf(one) })) })]);
    expect(derived.text).toContain('    {{- if eq .type "gcp" }}\n    project: {{ .id | quote }}\n');
    expect(derived.text).toContain('  {{- else }}\n  []\n  {{- end }}\n');
    derived.holdsFor(lists);
  });

  test('gives a document with the fields of its option', () => {
    const derived = derive(list, ({ l }: All) => l.map((one) => thing(fieldsOf(one), one.name)));
    expect(derived.text).toContain('{{- if and (eq .type "aws") .role }}\nrole: {{ .role | quote }}\n');
    derived.holdsFor(lists);
  });

  test.each<[string, (one: Store) => boolean, condition: string]>([
    ['some options', ({ type }) => type !== 'none', 'eq .type "gcp" "aws" "vault"'],
    ['one option', ({ type }) => type === 'vault', 'eq .type "vault"'],
    ['the first option', ({ type }) => type === 'none', 'eq .type "none"'],
  ])('gives a document for %s alone', (_, is, condition) => {
    const documents = ({ l }: All): Thing[] => [
      thing({ l }),
      ...l.filter(is).map((one) => thing(fieldsOf(one), one.name)),
    ];
    const derived = derive(list, documents);
    expect(derived.text).toContain(`{{- range .Values.l }}\n{{- if ${condition} }}\n---\n`);
    derived.holdsFor(lists);
  });

  test('gives a second document for some options', () => {
    const derived = derive(list, ({ l }: All) =>
      l.flatMap((one) => [
        thing(fieldsOf(one), one.name),
        ...(one.type === 'gcp' ? [{ ...thing({ of: one.id }, `${one.name}-generator`), kind: 'Generator' }] : []),
      ]),
    );
    expect(derived.files.get('generator.yaml')).toContain('{{- if eq .type "gcp" }}\n---\n');
    derived.holdsFor(lists);
  });

  test('reads a group inside of an option', () => {
    type Keyed = { readonly type: 'plain' | 'keyed'; readonly name: string; readonly key?: { readonly name: string } };
    const keyed = {
      oneOf: [option('plain', { name: GIVEN }), option('keyed', { name: GIVEN, key: group({ name: GIVEN }) })],
    };
    const derived = derive({ l: listOf(keyed) }, ({ l }: { l: readonly Keyed[] }) => [
      thing({ x: l.map(({ name, key }) => ({ name, ...(key && { ref: key, of: key.name }) })) }),
    ]);
    expect(derived.text).toContain('    of: {{ .key.name | quote }}\n');
    derived.holdsFor([
      { l: [] },
      {
        l: [
          { type: 'plain', name: 'a' },
          { type: 'keyed', name: 'b', key: { name: '"k"' } },
        ],
      },
    ]);
  });
});

describe('an option that decides together with the fields beside it', () => {
  type All = { readonly g: { readonly e: string; readonly f: boolean; readonly l: readonly string[] } };
  const fields = { g: group({ e: choiceOf('one', 'two', 'three'), f: FLAG, l: listOf(GIVEN) }) };
  const all = each<All['g']>({ e: ['one', 'two', 'three'], f: BOTH, l: [[], ['a'], ['b', 'c']] }).map((g) => ({ g }));

  test('gives a document where both say so', () => {
    const derived = derive(fields, ({ g }: All) => [
      thing({ e: g.e, f: g.f, l: g.l }),
      ...(g.e === 'two' && g.f ? [thing({ x: 1 }, 'flag')] : []),
      ...(g.e === 'three' && g.l.length > 0 ? [thing({ x: g.l.map((one) => ({ one })) }, 'list')] : []),
    ]);
    expect(derived.text).toContain('{{- if and (eq .Values.g.e "two") .Values.g.f }}\n---\n');
    expect(derived.text).toContain('{{- if and (eq .Values.g.e "three") .Values.g.l }}\n---\n');
    derived.holdsFor(all);
  });

  test('gives an item where both say so', () => {
    const derived = derive(fields, ({ g }: All) => [
      thing({ e: g.e, x: [...(g.e === 'one' && g.f ? [{ y: 1 }] : []), ...g.l.map((one) => ({ one }))] }),
    ]);
    derived.holdsFor(all);
  });
});
