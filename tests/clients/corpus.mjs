// Documents made of the SDL and its operations, always the same: valid ones, and ones that break a rule of the specification.
import { readFileSync, readdirSync } from 'node:fs';
import { Kind, buildSchema, getNamedType, isCompositeType, parse, print } from 'graphql';

const folder = new URL('../../schema/', import.meta.url);
export const sdl = readFileSync(new URL('schema.graphql', folder), 'utf8');
export const schema = buildSchema(sdl);
const operations = new URL('operations/', folder);
const texts = readdirSync(operations).filter((file) => file.endsWith('.graphql')).sort().map((file) => [file.replace('.graphql', ''), readFileSync(new URL(file, operations), 'utf8')]);

const LITERALS = { String: '"x"', ID: '"x"', Int: '1', Boolean: 'true', Assoc: '{a: {b: [1, "x", null]}}' };
const VALUES = { String: 'x', ID: 'x', Int: 1, Boolean: true, Assoc: { a: 1 } };
const OTHERS = { String: '1', ID: '1.5', Int: '"1"', Boolean: '"true"' };

const name = (value) => ({ kind: Kind.NAME, value });
const argument = (key, value) => ({ kind: Kind.ARGUMENT, name: name(key), value });
const directive = (key, ...args) => ({ kind: Kind.DIRECTIVE, name: name(key), arguments: args });
const variable = (key) => ({ kind: Kind.VARIABLE, name: name(key) });
const yes = { kind: Kind.BOOLEAN, value: true };
const field = (key, more = {}) => ({ kind: Kind.FIELD, name: name(key), ...more });
const set = (...selections) => ({ kind: Kind.SELECTION_SET, selections });
const value = (text) => parse(`{ a(x: ${text}) }`).definitions[0].selectionSet.selections[0].arguments[0].value;
const inline = (on, selectionSet, directives = []) => ({
  kind: Kind.INLINE_FRAGMENT, typeCondition: on && { kind: Kind.NAMED_TYPE, name: name(on) }, directives, selectionSet,
});

/** An operation with what the changes below look at. */
function open([title, text]) {
  const document = parse(text, { noLocation: true });
  const operation = document.definitions[0];
  const root = operation.selectionSet.selections[0];
  const on = schema.getRootType(operation.operation);
  const definition = on.getFields()[root.name.value];
  const type = getNamedType(definition.type);
  const variables = operation.variableDefinitions;
  return { title, text, document, operation, root, on, definition, type, variables, below: root.selectionSet };
}

/** The document with another operation and more definitions. */
const make = ({ operation }, change, ...more) => print({
  kind: Kind.DOCUMENT,
  definitions: [{ ...operation, ...change(operation) }, ...more.map((text) => parse(text).definitions[0])],
});
const withRoot = (it, change, ...more) => make(it, () => ({ selectionSet: set({ ...it.root, ...change }) }), ...more);
const withBelow = (it, selections, ...more) => withRoot(it, { selectionSet: set(...selections) }, ...more);
const withArguments = (it, args) => withRoot(it, { arguments: args });
const typeOf = (definition) => print(definition.type).replace(/[[\]!]/g, '');
const other = (type) => (type === 'User' ? 'Token' : 'User');

/** Changes that leave an operation valid. */
const VALID = {
  'as it is': (it) => it.text,
  'without a name': (it) => make(it, () => ({ name: undefined })),
  'with literals': (it) => make(it, ({ variableDefinitions }) => ({
    variableDefinitions: [],
    selectionSet: set({
      ...it.root,
      arguments: it.root.arguments.map((given) => {
        const declared = variableDefinitions.find((one) => one.variable.name.value === given.value.name.value);
        return argument(given.name.value, value(LITERALS[typeOf(declared)]));
      }),
    }),
  })),
  'under an alias': (it) => withRoot(it, { alias: name('other') }),
  'with a fragment': (it) => withBelow(it, [{ kind: Kind.FRAGMENT_SPREAD, name: name('Parts') }], `fragment Parts on ${it.type} ${print(it.below)}`),
  'with inline fragments': (it) => withBelow(it, [inline(it.type.name, it.below), inline(null, it.below)]),
  'with a condition': (it) => make(it, ({ variableDefinitions }) => ({
    variableDefinitions: [...variableDefinitions, ...parse('query ($on: Boolean = true) { a }').definitions[0].variableDefinitions],
    selectionSet: set({ ...it.root, selectionSet: set({ ...field('__typename'), directives: [directive('include', argument('if', variable('on')))] }, ...it.below.selections) }),
  })),
  'with fields twice': (it) => withBelow(it, [...it.below.selections, ...it.below.selections]),
  'with nullable variables that have defaults': (it) => it.variables.length > 0 && make(it, ({ variableDefinitions }) => ({
    variableDefinitions: variableDefinitions.map((one) => ({ ...one, type: one.type.type ?? one.type, defaultValue: value(LITERALS[typeOf(one)]) })),
  })),
  'with a second operation': (it) => make(it, () => ({}), 'query Second { accountStatus { _id } }'),
  'with comments and commas': (it) => `# one\n${it.text.replace(/\n/g, ',\n# more\n')}`,
  'with a description': (it) => `"What it is for."\n${it.text}`,
};

/** Changes that break one rule or more, if the operation has what they break. */
const BROKEN = {
  'unknown root field': (it) => withRoot(it, { name: name(`${it.root.name.value}s`) }),
  'unknown field': (it) => withBelow(it, [field('nonsense')]),
  'field of another type': (it) => withBelow(it, [field('accountGet')]),
  'introspection below': (it) => withBelow(it, [field('__schema', { selectionSet: set(field('description')) })]),
  'unknown argument': (it) => withArguments(it, [...it.root.arguments, argument('nonsense', yes)]),
  'argument of a leaf': (it) => withBelow(it, [field('__typename', { arguments: [argument('x', yes)] })]),
  'argument twice': (it) => it.root.arguments.length > 0 && withArguments(it, [...it.root.arguments, it.root.arguments[0]]),
  'required argument left out': (it) => it.definition.args.some((arg) => `${arg.type}`.endsWith('!')) && make(it, () => ({ variableDefinitions: [], selectionSet: set({ ...it.root, arguments: [] }) })),
  'null for a required argument': (it) => it.variables.some(({ type }) => type.kind === Kind.NON_NULL_TYPE)
    && make(it, () => ({ variableDefinitions: [], selectionSet: set({ ...it.root, arguments: it.root.arguments.map((one) => argument(one.name.value, { kind: Kind.NULL })) }) })),
  'literal of another type': (it) => it.variables.some((one) => OTHERS[typeOf(one)]) && make(it, () => ({
    variableDefinitions: [],
    selectionSet: set({ ...it.root, arguments: it.root.arguments.map((one, at) => argument(one.name.value, value(OTHERS[typeOf(it.variables[at])] ?? '1'))) }),
  })),
  'list for a single value': (it) => it.variables.some((one) => typeOf(one) === 'String') && make(it, () => ({
    variableDefinitions: [], selectionSet: set({ ...it.root, arguments: it.root.arguments.map((one) => argument(one.name.value, value('[["x"]]'))) }),
  })),
  'object for a string': (it) => it.variables.some((one) => typeOf(one) === 'String') && make(it, () => ({
    variableDefinitions: [], selectionSet: set({ ...it.root, arguments: it.root.arguments.map((one) => argument(one.name.value, value('{a: 1}'))) }),
  })),
  'name for a string': (it) => it.variables.some((one) => typeOf(one) === 'String') && make(it, () => ({
    variableDefinitions: [], selectionSet: set({ ...it.root, arguments: it.root.arguments.map((one) => argument(one.name.value, value('ADA'))) }),
  })),
  'key twice in an object': (it) => it.variables.some((one) => typeOf(one) === 'Assoc') && make(it, () => ({
    variableDefinitions: [], selectionSet: set({ ...it.root, arguments: it.root.arguments.map((one) => argument(one.name.value, value('{a: {b: 1, c: 2, b: 1}}'))) }),
  })),
  'unused variable': (it) => make(it, ({ variableDefinitions }) => ({ variableDefinitions: [...variableDefinitions, ...parse('query ($unused: Int) { a }').definitions[0].variableDefinitions] })),
  'undefined variable': (it) => it.variables.length > 0 && make(it, () => ({ variableDefinitions: [] })),
  'undefined variable of a condition': (it) => withRoot(it, { selectionSet: set(field('__typename', { directives: [directive('skip', argument('if', variable('nobody')))] })) }),
  'undefined variable in a fragment': (it) => withBelow(it, [{ kind: Kind.FRAGMENT_SPREAD, name: name('Parts') }], `fragment Parts on ${it.type} { __typename @skip(if: $nobody) }`),
  'variable twice': (it) => it.variables.length > 0 && make(it, ({ variableDefinitions }) => ({ variableDefinitions: [...variableDefinitions, variableDefinitions[0]] })),
  'nullable variable at a place that is not': (it) => it.variables.some(({ type }) => type.kind === Kind.NON_NULL_TYPE)
    && make(it, () => ({ variableDefinitions: it.variables.map((one) => ({ ...one, type: one.type.type ?? one.type })) })),
  'null as the default of a variable at such a place': (it) => it.variables.some(({ type }) => type.kind === Kind.NON_NULL_TYPE)
    && make(it, () => ({ variableDefinitions: it.variables.map((one) => ({ ...one, type: one.type.type ?? one.type, defaultValue: { kind: Kind.NULL } })) })),
  'list variable at a single place': (it) => it.variables.length > 0 && make(it, () => ({ variableDefinitions: it.variables.map((one) => ({ ...one, type: { kind: Kind.LIST_TYPE, type: one.type } })) })),
  'variable of another type': (it) => it.variables.length > 0 && make(it, () => ({
    variableDefinitions: it.variables.map((one) => ({ ...one, type: { kind: Kind.NON_NULL_TYPE, type: { kind: Kind.NAMED_TYPE, name: name(typeOf(one) === 'Int' ? 'String' : 'Int') } } })),
  })),
  'default of another type': (it) => it.variables.some((one) => OTHERS[typeOf(one)]) && make(it, () => ({
    variableDefinitions: it.variables.map((one) => ({ ...one, defaultValue: value(OTHERS[typeOf(one)] ?? '1') })),
  })),
  'null as the default of a type that is not': (it) => it.variables.some(({ type }) => type.kind === Kind.NON_NULL_TYPE)
    && make(it, () => ({ variableDefinitions: it.variables.map((one) => ({ ...one, defaultValue: { kind: Kind.NULL } })) })),
  'variable of an object type': (it) => make(it, ({ variableDefinitions }) => ({ variableDefinitions: [...variableDefinitions, ...parse(`query ($v: ${it.type}) { a }`).definitions[0].variableDefinitions] })),
  'variable of an unknown type': (it) => make(it, ({ variableDefinitions }) => ({ variableDefinitions: [...variableDefinitions, ...parse('query ($v: [Nonsense!]) { a }').definitions[0].variableDefinitions] })),
  'unknown fragment': (it) => withBelow(it, [{ kind: Kind.FRAGMENT_SPREAD, name: name('Nobody') }]),
  'unused fragment': (it) => make(it, () => ({}), 'fragment Unused on User { _id }'),
  'fragment twice': (it) => withBelow(it, [{ kind: Kind.FRAGMENT_SPREAD, name: name('Parts') }], `fragment Parts on ${it.type} { __typename }`, `fragment Parts on ${it.type} { __typename }`),
  'fragment in itself': (it) => withBelow(it, [{ kind: Kind.FRAGMENT_SPREAD, name: name('Parts') }], `fragment Parts on ${it.type} { __typename ...Parts }`),
  'fragments in each other': (it) => withBelow(it, [{ kind: Kind.FRAGMENT_SPREAD, name: name('A') }], `fragment A on ${it.type} { ...B }`, `fragment B on ${it.type} { ...A }`),
  'fragment on an unknown type': (it) => withBelow(it, [inline('Nonsense', it.below)]),
  'named fragment on an unknown type': (it) => withBelow(it, [{ kind: Kind.FRAGMENT_SPREAD, name: name('Parts') }], 'fragment Parts on Nonsense { __typename }'),
  'fragment on a scalar': (it) => withBelow(it, [inline('DateTime', set(field('a')))]),
  'fragment on an enum': (it) => withBelow(it, [inline('AccountEventKind', set(field('a')))]),
  'fragment that never applies': (it) => withBelow(it, [inline(other(it.type.name), set(field('__typename')))]),
  'named fragment that never applies': (it) => withBelow(it, [{ kind: Kind.FRAGMENT_SPREAD, name: name('Parts') }], `fragment Parts on ${other(it.type.name)} { __typename }`),
  'two fields under one key': (it) => withBelow(it, [field('__typename', { alias: name('key') }), { ...it.below.selections[0], alias: name('key') }]),
  'two fields under one key in fragments': (it) => withBelow(it, [inline(null, set(field('__typename', { alias: name('key') }))), { kind: Kind.FRAGMENT_SPREAD, name: name('Parts') }],
    `fragment Parts on ${it.type} { ${print({ ...it.below.selections[0], alias: name('key') })} }`),
  'one key with other arguments': (it) => it.root.arguments.length > 0
    && make(it, () => ({ selectionSet: set(it.root, { ...it.root, arguments: it.root.arguments.map((one) => argument(one.name.value, value('"other"'))) }) })),
  'selection of a leaf': (it) => withBelow(it, [field('__typename', { selectionSet: set(field('a')) })]),
  'no selection': (it) => withRoot(it, { selectionSet: undefined }),
  'unknown directive': (it) => withRoot(it, { directives: [directive('nonsense')] }),
  'directive of the schema': (it) => withRoot(it, { directives: [directive('deprecated')] }),
  'directive at an operation': (it) => make(it, () => ({ directives: [directive('skip', argument('if', yes))] })),
  'directive at a fragment': (it) => withBelow(it, [{ kind: Kind.FRAGMENT_SPREAD, name: name('Parts') }], `fragment Parts on ${it.type} @include(if: true) { __typename }`),
  'directive at a variable': (it) => it.variables.length > 0 && make(it, () => ({ variableDefinitions: it.variables.map((one) => ({ ...one, directives: [directive('include', argument('if', yes))] })) })),
  'directive twice': (it) => withBelow(it, [field('__typename', { directives: [directive('skip', argument('if', yes)), directive('skip', argument('if', yes))] })]),
  'directive without its argument': (it) => withBelow(it, [field('__typename', { directives: [directive('include')] })]),
  'directive with another argument': (it) => withBelow(it, [field('__typename', { directives: [directive('include', argument('if', yes), argument('unless', yes))] })]),
  'directive with an argument of another type': (it) => withBelow(it, [field('__typename', { directives: [directive('include', argument('if', value('"true"')))] })]),
  'operation twice': (it) => make(it, () => ({}), it.text),
  'operation without a name beside another': (it) => make(it, () => ({ name: undefined }), 'query Second { accountStatus { _id } }'),
  'two operations without a name': (it) => make(it, () => ({ name: undefined }), '{ accountStatus { _id } }'),
  'definition of a type': (it) => `${it.text}\ntype More { a: Int }`,
  'extension of a type': (it) => `${it.text}\nextend type User { a: Int }`,
  'operation of another kind': (it) => it.text.replace(/^\w+/, it.operation.operation === 'query' ? 'mutation' : 'query'),
  'brace too few': (it) => it.text.trim().replace(/\}$/, ''),
  'brace too many': (it) => `${it.text} }`,
  'empty selection': (it) => `${it.operation.operation} A { ${it.root.name.value} { } }`,
  'empty arguments': (it) => `${it.operation.operation} A { ${it.root.name.value}() { __typename } }`,
  'variable as a default': (it) => `${it.operation.operation} A($a: Int = $b) { ${it.root.name.value} { __typename @skip(if: $a) } }`,
};

/** Documents that no change of an operation makes. */
const MORE = [
  '{ __typename }',
  '{ __schema { types { name fields(includeDeprecated: true) { name args { name type { kind ofType { name } } } } } directives { name isRepeatable locations } } }',
  '{ __type(name: "User") { name kind possibleTypes { name } enumValues { name isDeprecated } specifiedByURL isOneOf } }',
  '{ __type { name } }',
  '{ __type(name: 5) { name } }',
  '{ __schema }',
  '{ __schema { nonsense } }',
  '{ __typename @skip(if: false) @include(if: true) ... @include(if: true) { __typename } }',
  'query ($x: Boolean) { __typename @skip(if: $x) }',
  'query ($x: Boolean!) { __typename @skip(if: $x) }',
  'query ($x: Boolean = false) { __typename @skip(if: $x) }',
  'query ($x: [Boolean!]! = [true]) { __typename @skip(if: $x) }',
  'query ($v: Access = PUBLIC) { __typename }',
  'query ($v: Access = NOBODY) { accountListLogs(queries: [$v]) { total } }',
  'query ($v: String!) { accountListLogs(queries: [$v, "limit(1)", null]) { total } }',
  'query ($v: [String]) { accountListLogs(queries: $v) { total } }',
  'query ($v: [String!]!) { accountListLogs(queries: $v) { total } }',
  'query ($v: String) { accountListLogs(queries: $v) { total } }',
  'query ($v: [String]) { accountListLogs(queries: [$v]) { total } }',
  '{ accountListLogs(queries: "limit(1)") { total } }',
  '{ accountListLogs(queries: ["limit(1)", 5]) { total } }',
  '{ accountListLogs(queries: null) { total } }',
  'mutation ($v: Int) { accountUpdatePrefs(prefs: {a: $v, b: [1, {c: $v}]}) { _id } }',
  'mutation ($v: Assoc) { accountUpdatePrefs(prefs: {a: $v}) { _id } }',
  'mutation ($v: Assoc) { accountUpdatePrefs(prefs: $v) { _id } }',
  'mutation { accountUpdatePrefs(prefs: {a: $v}) { _id } }',
  'mutation ($v: String) { accountUpdatePrefs(prefs: [$v]) { _id } }',
  'mutation ($v: Assoc) { accountUpdatePrefs(prefs: [$v, [1, $v], {a: [$v]}]) { _id } }',
  'mutation ($v: String) { accountUpdatePrefs(prefs: {a: [[$v], {b: $v}]}) { _id } }',
  'mutation { accountUpdatePrefs(prefs: {a: 1, a: 1}) { _id } }',
  'mutation { accountUpdatePrefs(prefs: {a: [{b: {c: 1, c: 2}}]}) { _id } }',
  'mutation { accountPatchPrefs(patch: {a: null, b: 1, a: 2}, ifRevision: 1) { _id } }',
  '{ accountListLogs(queries: {a: 1, a: 1}) { total } }',
  'query ($v: Assoc = {a: 1, a: 2}) { __typename }',
  'mutation { accountCreateJWT(duration: 2147483647) { jwt } }',
  'mutation { accountCreateJWT(duration: 2147483648) { jwt } }',
  'mutation { accountCreateJWT(duration: -0) { jwt } }',
  'mutation { accountCreateJWT(duration: 1.0) { jwt } }',
  'mutation { accountCreateJWT(duration: 01) { jwt } }',
  'mutation { accountCreateJWT(duration: 1x) { jwt } }',
  'subscription { accountEvents { number } accountEvents { kind } }',
  'subscription { ...F } fragment F on Subscription { accountEvents { number } }',
  'subscription { accountEvents { number } a: accountEvents { number } }',
  'subscription { __typename }',
  'subscription { accountEvents { number } __typename }',
  'subscription { ...F } fragment F on Subscription { accountEvents { number } a: accountEvents { kind } }',
  'subscription { ... { accountEvents { number } } ... on Subscription { a: accountEvents { kind } } }',
  'subscription A { a: accountEvents { number } b: accountEvents { number } c: accountEvents { number } }',
  'subscription { accountEvents { number kind @skip(if: true) } }',
  ...['\\ud83d\\ude00', '\\u{1F600}', '\\u{1f600}\\u0041', '\\ud83d', '\\ude00', '\\ud83d\\ud83d', '\\u{d83d}', '\\u{110000}', '\\u{}', '\\u12', '\\x', '\\"', '\\/\\b\\f\\n\\r\\t\\\\', '\t', '\n', '\u0001']
    .map((text) => `mutation { accountUpdateName(name: "${text}") { name } }`),
  ...['', 'a\n  b\n   c', '\\"""', '\\ud83d', 'a"b""c'].map((text) => `mutation { accountUpdateName(name: """${text}""") { name } }`),
  '"For all." query A("An id." $id: String!) { accountGetSession(sessionId: $id) { _id } }',
  '"For all." { __typename }',
  '"For all." fragment F on Query { __typename } query { ...F }',
  '\ufeff{ __typename }',
  '{ __typename } # the end',
  '{ __typename ? }',
  'query { ...on Query { __typename } }',
  'query { ...on }',
  'fragment on on Query { __typename } { ...on }',
  'query on { on: __typename }',
  'query query { query: __typename fragment: __typename }',
  'query ($on: Boolean!) { __typename @skip(if: $on) }',
  'query () { __typename }',
  'query A(,$a: Int,) { accountListLogs(queries: [$a]) { total } }',
  '',
  '#',
  'fragment F on Query { __typename }',
];

/** All documents, each with what it is. */
export function corpus() {
  const found = MORE.map((text) => ({ what: text, text }));
  for (const source of texts) {
    const it = open(source);
    if (!isCompositeType(it.type)) continue;
    for (const [what, change] of [...Object.entries(VALID), ...Object.entries(BROKEN)]) {
      const text = change(it);
      if (text) found.push({ what: `${it.title}: ${what}`, text });
    }
  }
  return found;
}

/** The committed operations, each with variables that fit it. */
export function committed() {
  return texts.map((source) => {
    const it = open(source);
    const variables = it.variables.map((one) => [one.variable.name.value, VALUES[typeOf(one)]]);
    return { title: it.title, kind: it.operation.operation, text: it.text, variables: Object.fromEntries(variables) };
  });
}
