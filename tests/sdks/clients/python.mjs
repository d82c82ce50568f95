// The SDK for Python, in a process of its own that takes a call in each line.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const snake = (name) => name.replace(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z\d])(?=[A-Z][a-z])/g, '_').toLowerCase();

/** A client in the virtual environment at `folder`. */
export function python(name, folder) {
  const process = spawn(`${folder}/bin/python`, [new URL('python.py', import.meta.url).pathname], { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
  const say = async (line) => {
    process.stdin.write(`${JSON.stringify(line)}\n`);
    const { value, done } = await answers.next();
    if (done) throw new Error(`${name} has ended`);
    const { answer, error } = JSON.parse(value);
    if (error) throw Object.assign(new Error(error.message), error);
    return answer;
  };
  return {
    name,
    has: (kind, method) => say({ kind, has: snake(method) }),
    call: (kind, method, args, { jwt, secret, key }, as, endpoint) => {
      const credentials = { user: { jwt }, session: { session: secret }, server: { key } }[as] ?? {};
      return say({ kind, method: snake(method), args, endpoint, ...credentials });
    },
    stop: async () => process.stdin.end(),
  };
}
