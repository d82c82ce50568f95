// JSON as text: other spaces between its tokens, and each token as it was written. Numbers may have more digits than
// scripts can count with, and the order of members is the app's.

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** JSON with line breaks, for reading; a text that is no JSON as it is. */
export function pretty(text) {
  const tokens = read(text);
  if (!tokens) return text;
  let depth = 0;
  const line = () => `\n${"  ".repeat(depth)}`;
  return tokens.map((token, at) => {
    switch (token) {
      case "{": case "[":
        depth += 1;
        return closes(tokens[at + 1]) ? token : token + line();
      case "}": case "]":
        depth -= 1;
        return opens(tokens[at - 1]) ? token : line() + token;
      case ",": return token + line();
      case ":": return ": ";
      default: return token;
    }
  }).join("");
}

/** JSON without spaces; a text that is no JSON as it is. */
export const compact = (text) => read(text)?.join("") ?? text;

const opens = (token) => token === "{" || token === "[";
const closes = (token) => token === "}" || token === "]";

/** The tokens of a text; undefined if it is no JSON. */
function read(text) {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return text.match(TOKEN);
}
