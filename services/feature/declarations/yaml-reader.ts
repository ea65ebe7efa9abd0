import {
  type Document,
  isNode,
  isScalar,
  Lexer,
  LineCounter,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { maxFileBytes } from './bounds.ts';
import { type Entry, type Fault, faultAt, type Origin, type Path } from './entry.ts';
import { fileSchema, kinds } from './schema.ts';

/** Uses of anchors that are followed: more is an attempt to make a small text large. */
const maxAliases = 100;
const maxAnchors = 100;
/** No declaration is as deep. */
const maxNesting = 32;
const maxTokens = 1_000_000;
/** Errors of the YAML itself that are told of one file. */
const maxProblems = 20;

/** The entries of a text; undefined if it can't be read, so that nobody can be blamed for naming what it declares. */
export function readEntries(yaml: string, file: string, faults: Fault[]): Entry[] | undefined {
  const origin: Origin = { file };
  const size = Buffer.byteLength(yaml);
  if (size > maxFileBytes) {
    faults.push(faultAt(origin, [], `has ${size} bytes; declarations have at most ${maxFileBytes}`));
    return undefined;
  }
  try {
    checkShape(yaml);
    return entriesOfYaml(yaml, origin, faults);
  } catch (error) {
    // Too many aliases, or brackets too deep for the parser's stack.
    faults.push(
      faultAt(origin, [], `can't be read: ${error instanceof Error ? error.message : String(error)}`),
    );
    return undefined;
  }
}

/** The parser's time grows with the square of the depth and of the anchors, so that both are bounded before. Throws an Error. */
function checkShape(yaml: string): void {
  let brackets = 0;
  let indicators = 0;
  let anchors = 0;
  let tokens = 0;
  for (const token of new Lexer().lex(yaml)) {
    tokens++;
    if (token === '[' || token === '{') brackets++;
    else if (token === ']' || token === '}') brackets--;
    else if (token === '\n') indicators = 0;
    else if (token.startsWith('&')) anchors++;
    else if (brackets === 0 && (token === '-' || token === '?' || token === ':')) indicators++;
    if (brackets > maxNesting || indicators > maxNesting)
      throw new Error(`it is nested more than ${maxNesting} deep`);
    if (anchors > maxAnchors) throw new Error(`it has more than ${maxAnchors} anchors`);
    if (tokens > maxTokens) throw new Error(`it has more than ${maxTokens} words and signs`);
  }
}

/**
 * Repeated keys, and those that an object takes for its prototype and not for a key. The parser's own check for repeated ones takes time
 * that grows with the square of the keys.
 */
function badKeys(document: Document, report: (offset: number, message: string) => void): void {
  const refuse = (key: unknown, message: string): void =>
    report(isNode(key) ? (key.range?.[0] ?? 0) : 0, message);
  const noName = 'the key __proto__ can be no name; take another';
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<string>();
      for (const { key } of items) {
        const name = isScalar(key) ? String(key.value) : '';
        if (seen.has(name)) refuse(key, `the key ${name} is there twice`);
        if (name === '__proto__') refuse(key, noName);
        seen.add(name);
      }
    },
    // An alias of it may be a key.
    Scalar(_, scalar) {
      if (scalar.anchor !== undefined && scalar.value === '__proto__') refuse(scalar, noName);
    },
  });
}

/** What a user can do about an error of the parser, where its own words are for programmers. */
function messageOf({ code, message }: YAMLError): string {
  return code === 'MULTIPLE_DOCS'
    ? 'a second document begins here, and a text of declarations is one: join them, or make a file of each'
    : message;
}

function entriesOfYaml(yaml: string, { file }: Origin, faults: Fault[]): Entry[] | undefined {
  const lines = new LineCounter();
  // Pretty errors take time that grows with the square of their number.
  const options = { lineCounter: lines, intAsBigInt: true, prettyErrors: false, uniqueKeys: false };
  const document = parseDocument(yaml, options);
  let problems = 0;
  const report = (offset: number, message: string): void => {
    const { line, col: column } = lines.linePos(offset);
    if (problems++ < maxProblems)
      faults.push(faultAt({ file, locate: () => ({ line, column }) }, [], message));
  };
  for (const error of [...document.errors, ...document.warnings]) report(error.pos[0], messageOf(error));
  badKeys(document, report);
  if (problems > 0) return undefined;
  const locate = (path: Path): { line: number; column: number } | undefined => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true);
      if (!isNode(node) || !node.range) continue;
      const { line, col: column } = lines.linePos(node.range[0]);
      return { line, column };
    }
    return undefined;
  };
  const origin: Origin = { file, locate };
  const content: unknown = document.toJS({ maxAliasCount: maxAliases }) ?? {};
  const parsed = fileSchema.safeParse(content);
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) faults.push(faultAt(origin, path, message));
    return undefined;
  }
  return kinds.flatMap((kind) =>
    Object.entries(parsed.data[kind] ?? {}).map(([name, entry]) => ({ kind, name, content: entry, origin })),
  );
}
