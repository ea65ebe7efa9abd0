import type { TensorInfo } from './tensor.ts';

/** An open dimension that must agree with an earlier one of the same name. */
export interface SharedSymbol {
  readonly input: number;
  readonly axis: number;
  readonly firstInput: number;
  readonly firstAxis: number;
  readonly symbol: string;
}

/** What a request is checked against: a model's inputs and outputs, and what follows from their shapes. */
export interface ModelShape {
  readonly name: string;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly inputIndex: ReadonlyMap<string, number>;
  readonly outputIndex: ReadonlyMap<string, number>;
  /** Indexes of all outputs. */
  readonly allOutputs: readonly number[];
  readonly sharedSymbols: readonly SharedSymbol[];
  /**
   * Whether the declared shapes allow requests to be put one after the other along dimension 0: every input and output leaves it
   * open, the inputs under one name, which is not that of another dimension. Outputs may call it what they like, because exporters
   * name what they infer, but for the name of another input dimension. That the rows are independent is for the certificate to show.
   */
  readonly stackable: boolean;
  /** Whether dimensions other than 0 are open, so that only requests of equal shapes stack. */
  readonly openInside: boolean;
}

export function describeShape(
  name: string,
  inputs: readonly TensorInfo[],
  outputs: readonly TensorInfo[],
): ModelShape {
  const all = [...inputs, ...outputs];
  const batchSymbol = inputs[0]?.symbols[0] ?? '';
  const opensFirst = all.every((info) => info.shape[0] === -1);
  const sameSymbol = inputs.every((info) => info.symbols[0] === batchSymbol);
  const nowhereElse = batchSymbol === '' || all.every((info) => !info.symbols.slice(1).includes(batchSymbol));
  const inside = new Set(inputs.flatMap((info) => info.symbols.slice(1)).filter((symbol) => symbol !== ''));
  const ownFirst = outputs.every((info) => !inside.has(info.symbols[0] ?? ''));
  return {
    name,
    inputs,
    outputs,
    inputIndex: new Map(inputs.map((info, i) => [info.name, i])),
    outputIndex: new Map(outputs.map((info, i) => [info.name, i])),
    allOutputs: outputs.map((_, i) => i),
    sharedSymbols: findSharedSymbols(inputs),
    stackable: inputs.length > 0 && outputs.length > 0 && opensFirst && sameSymbol && nowhereElse && ownFirst,
    openInside: inputs.some((info) => info.shape.slice(1).includes(-1)),
  };
}

function findSharedSymbols(inputs: readonly TensorInfo[]): SharedSymbol[] {
  const first = new Map<string, { input: number; axis: number }>();
  const shared: SharedSymbol[] = [];
  for (const [input, info] of inputs.entries()) {
    for (const [axis, symbol] of info.symbols.entries()) {
      if (symbol === '') continue;
      const earlier = first.get(symbol);
      if (earlier === undefined) first.set(symbol, { input, axis });
      else shared.push({ input, axis, firstInput: earlier.input, firstAxis: earlier.axis, symbol });
    }
  }
  return shared;
}
