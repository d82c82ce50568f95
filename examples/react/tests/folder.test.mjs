// The folder can be copied anywhere: nothing in it names a file outside of it.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const NOT_OURS = ['node_modules', 'dist', 'src/gql', 'tests/screenshots'];

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = resolve(folder, entry.name);
    if (NOT_OURS.includes(relative(root, path))) continue;
    if (entry.isDirectory()) yield* files(path);
    else yield { path, isLink: entry.isSymbolicLink() };
  }
}

test('no path leads out of the folder', () => {
  const found = [];
  for (const { path, isLink } of files(root)) {
    if (isLink) found.push(path);
    for (const [up] of readFileSync(path, 'utf8').matchAll(/\.\.\/[\w./-]*/g)) {
      if (relative(root, resolve(dirname(path), up)).startsWith('..')) found.push(`${path}: ${up}`);
    }
  }

  assert.deepEqual(found, []);
});
