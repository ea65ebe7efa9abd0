import type { OnnxFacts } from './onnx-scan.ts';

/** What ONNX Runtime 1.30 takes; a test loads models at each limit and beyond it. */
export const onnxLimits = {
  irVersion: 13,
  opsets: new Map([
    ['', 26],
    ['ai.onnx', 26],
    ['ai.onnx.ml', 5],
    ['com.microsoft', 1],
  ]),
} as const;

/**
 * Domains of operators that ONNX Runtime ships CPU kernels for. ai.onnx.preview.training is not among them: its optimizers have
 * no kernels in an inference build. com.microsoft.nchwc stands in models that ONNX Runtime has optimised and saved.
 */
const shippedDomains = new Set(['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft', 'com.microsoft.nchwc']);
const maxListed = 10;

/** Everything in a model file that keeps it from being served, one phrase each; empty if nothing does. */
export function supportFaults(facts: OnnxFacts): string[] {
  const faults: string[] = [];
  const { irVersion, opsets } = facts;
  if (irVersion === undefined || !facts.hasGraph)
    return ['it is not an ONNX model: it has no graph or no IR version'];
  if (irVersion > onnxLimits.irVersion)
    faults.push(
      `its IR version ${irVersion} is newer than ${onnxLimits.irVersion}, the newest that can be read; export it with an older onnx package`,
    );
  for (const [domain, limit] of onnxLimits.opsets) {
    const version = Object.hasOwn(opsets, domain) ? opsets[domain] : undefined;
    if (version !== undefined && version > limit)
      faults.push(
        `its operator set ${domain === '' ? 'ai.onnx' : domain} ${version} is newer than ${limit}, the newest that is known; export it with opset_version=${limit} or less`,
      );
  }
  if (Object.keys(opsets).length === 0) faults.push('it names no operator set (opset_import)');
  const custom = [...facts.operators].filter((operator) => isCustom(operator, facts));
  if (custom.length > 0)
    faults.push(
      `it uses operators that are not part of ONNX Runtime: ${listed(custom)}; custom operators can't be loaded, rewrite them in standard ones`,
    );
  if (facts.externalTensors.length > 0)
    faults.push(
      `the content of ${listed(facts.externalTensors)} is in other files (external data); save it as one file`,
    );
  return faults;
}

function isCustom(operator: string, { functions }: OnnxFacts): boolean {
  const domain = operator.slice(0, operator.lastIndexOf(':'));
  return !shippedDomains.has(domain) && !functions.has(operator);
}

function listed(names: readonly string[]): string {
  const more = names.length > maxListed ? ' and more' : '';
  return (
    names
      .slice(0, maxListed)
      .map((name) => `'${name}'`)
      .join(', ') + more
  );
}
