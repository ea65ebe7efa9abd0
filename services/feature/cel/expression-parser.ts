import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js';
import { ExpressionFault } from './expression-fault.ts';
import type { Syntax } from './syntax-tree.ts';

/** Longer than any expression that people read; what is not longer is parsed in well under a millisecond. */
const maxLength = 4096;
/** Of brackets and operators within each other, so that neither compiling nor computing can run out of stack. */
const maxDepth = 100;
const maxListItems = 100;

const parser = new Environment({
  limits: { maxDepth, maxAstNodes: 2000, maxListElements: maxListItems, maxCallArguments: 16 },
});

/** What the text says, by the grammar of CEL. Throws ExpressionFault. */
export function parseExpression(source: string): Syntax {
  if (source.trim() === '') throw new ExpressionFault('the expression is empty', source, 0);
  if (source.length > maxLength) {
    const excess = `the expression has ${source.length} characters; at most ${maxLength} may be`;
    throw new ExpressionFault(excess, source, 0);
  }
  return syntaxOf(parse(source), source, 0);
}

function parse(source: string): ASTNode {
  try {
    return parser.parse(source).ast;
  } catch (error) {
    if (error instanceof ParseError)
      throw new ExpressionFault(lowerFirst(error.summary), source, error.range?.start ?? 0);
    // The parser runs out of stack only where operators are repeated by the thousand.
    throw new ExpressionFault('the expression is nested too deeply', source, 0);
  }
}

function syntaxOf(node: ASTNode, source: string, depth: number): Syntax {
  const at = node.pos;
  if (depth > maxDepth)
    throw new ExpressionFault(`the expression is nested more than ${maxDepth} deep`, source, at);
  const inner = (child: ASTNode): Syntax => syntaxOf(child, source, depth + 1);
  switch (node.op) {
    case 'value':
      if (typeof node.args === 'object' && node.args !== null)
        throw new ExpressionFault('bytes and unsigned integers are not among the types here', source, at);
      return { op: 'literal', at, value: node.args };
    case 'id':
      return { op: 'name', at, name: node.args };
    case '.':
      return { op: 'member', at, of: inner(node.args[0]), name: node.args[1] };
    case '[]':
      return { op: 'index', at, of: inner(node.args[0]), index: inner(node.args[1]) };
    case 'list':
      return { op: 'list', at, items: node.args.map(inner) };
    case 'call':
      return { op: 'call', at, name: node.args[0], method: false, args: node.args[1].map(inner) };
    case 'rcall':
      return {
        op: 'call',
        at,
        name: node.args[0],
        method: true,
        args: [node.args[1], ...node.args[2]].map(inner),
      };
    case '?:': {
      const [condition, ifTrue, ifFalse] = node.args;
      return {
        op: 'choice',
        at,
        condition: inner(condition),
        ifTrue: inner(ifTrue),
        ifFalse: inner(ifFalse),
      };
    }
    case '!_':
    case '-_':
      return { op: 'unary', at, operator: node.op === '!_' ? '!' : '-', operand: inner(node.args) };
    case 'map':
    case '.?':
    case '[?]':
      throw new ExpressionFault('maps are not among the types here', source, at);
    default:
      return { op: 'binary', at, operator: node.op, left: inner(node.args[0]), right: inner(node.args[1]) };
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
