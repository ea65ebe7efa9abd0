/** An expression as it was written. `at` is the place in its text. */
export type Syntax =
  | { readonly op: 'literal'; readonly at: number; readonly value: number | bigint | boolean | string | null }
  | { readonly op: 'name'; readonly at: number; readonly name: string }
  | { readonly op: 'member'; readonly at: number; readonly of: Syntax; readonly name: string }
  | { readonly op: 'index'; readonly at: number; readonly of: Syntax; readonly index: Syntax }
  | { readonly op: 'list'; readonly at: number; readonly items: readonly Syntax[] }
  /** A function, or a method of its first argument. */
  | {
      readonly op: 'call';
      readonly at: number;
      readonly name: string;
      readonly method: boolean;
      readonly args: readonly Syntax[];
    }
  | {
      readonly op: 'choice';
      readonly at: number;
      readonly condition: Syntax;
      readonly ifTrue: Syntax;
      readonly ifFalse: Syntax;
    }
  | {
      readonly op: 'binary';
      readonly at: number;
      readonly operator: BinaryOperator;
      readonly left: Syntax;
      readonly right: Syntax;
    }
  | { readonly op: 'unary'; readonly at: number; readonly operator: '!' | '-'; readonly operand: Syntax };

export type BinaryOperator = Comparison | Arithmetic | 'in' | '&&' | '||';
export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type Arithmetic = '+' | '-' | '*' | '/' | '%';
