// Runs tools as developers do, and fails on whatever they complain of.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const here = fileURLToPath(new URL('.', import.meta.url));
export const repository = fileURLToPath(new URL('../..', import.meta.url));
/** What a tool says when something is not as it should be. */
const COMPLAINT = /\b(warn(ing)?s?|deprecat\w*|errors?)\b/i;

/** Runs a tool of this package in a folder, and answers all that it prints. */
export function run(tool, args, cwd = here) {
  const env = { ...process.env, NO_COLOR: '1', CI: 'true', FORCE_COLOR: '0' };
  const { status, stdout, stderr, error } = spawnSync(join(here, 'node_modules/.bin', tool), args, { cwd, env, encoding: 'utf8' });
  if (error) throw error;
  assert.equal(status, 0, `${tool} ${args.join(' ')}\n${stdout}\n${stderr}`);
  return `${stdout}${stderr}`;
}

/** Runs a tool that has to do its work without a word of complaint. */
export function runQuietly(tool, args, cwd) {
  const output = run(tool, args, cwd);
  const complaints = output.split('\n').filter((line) => COMPLAINT.test(line) && !/\b(0|no) (warnings?|errors?)\b/i.test(line));
  assert.deepEqual(complaints, [], output);
  return output;
}

/** An empty project that finds the packages of this one, with the files by their names. */
export function project(files) {
  const folder = mkdtempSync(join(tmpdir(), 'accountd-tooling-'));
  symlinkSync(join(here, 'node_modules'), join(folder, 'node_modules'));
  for (const [name, content] of Object.entries({ 'package.json': { type: 'module' }, ...files })) {
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  }
  return folder;
}

/** The settings of TypeScript of a new project. */
export const tsconfig = (more = {}) => ({
  compilerOptions: {
    strict: true, noEmit: true, target: 'es2022', module: 'esnext', moduleResolution: 'bundler', lib: ['es2022', 'dom'],
    types: [], skipLibCheck: true, allowImportingTsExtensions: true, ...more,
  },
  include: ['*.ts', 'gql'],
});
