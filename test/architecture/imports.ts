import { posix } from 'node:path';
import type { SourceFile } from './source-tree.ts';

/** One module that a file names: by import, export-from, import type, import(), require or new URL(..., import.meta.url). */
export interface Import {
  /** As written, e.g. "../errors/mesh-error.ts" or "nats". */
  readonly specifier: string;
  /** Path from the root for a file of ours; undefined for a package or a Node module. */
  readonly target: string | undefined;
  readonly line: number;
}

// Statements start a line: the formatter sees to that, and it keeps prose in comments (" * import ...") out.
const patterns = [
  /^[ \t]*(?:import|export)\b[^;'"`]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^[ \t]*import\s*['"]([^'"]+)['"]/gm,
  /\bimport\s*\(\s*['"`]([^'"`$]+)['"`]/g,
  /\brequire(?:\.resolve)?\s*\(\s*['"`]([^'"`$]+)['"`]/g,
  /\bnew\s+URL\(\s*['"`]([^'"`$]+\.[cm]?[jt]s)['"`]\s*,\s*import\.meta\.url/g,
];

/** A module whose name is computed: what it imports can't be known from the source. */
const computed = /\b(?:import|require)\s*\(\s*(?!['"`)])/g;

export function importsOf(file: SourceFile): Import[] {
  return patterns
    .flatMap((pattern) => [...file.text.matchAll(pattern)])
    .filter((match) => !isCommented(file.text, match.index))
    .map((match) => {
      const specifier = match[1] ?? '';
      const target = specifier.startsWith('.') ? posix.join(posix.dirname(file.path), specifier) : undefined;
      return { specifier, target, line: lineAt(file.text, match.index + match[0].length) };
    })
    .sort((a, b) => a.line - b.line);
}

/** Lines with an import whose module is not a literal. */
export function computedImports(file: SourceFile): number[] {
  return [...file.text.matchAll(computed)]
    .filter((match) => !isCommented(file.text, match.index))
    .map((match) => lineAt(file.text, match.index));
}

/** Lines on which code, not a comment, matches. */
export function linesMatching(file: SourceFile, pattern: RegExp): number[] {
  return [...file.text.matchAll(pattern)]
    .filter((match) => !isCommented(file.text, match.index))
    .map((match) => lineAt(file.text, match.index));
}

/** The package that a specifier belongs to: "@scope/name" or "name"; undefined for files of ours and Node's own modules. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined;
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

function isCommented(text: string, index: number): boolean {
  const line = text.slice(text.lastIndexOf('\n', index - 1) + 1, index);
  return /^\s*(?:\*|\/\*|\/\/)/.test(line) || /(?:^|\s)\/\/ /.test(line);
}
