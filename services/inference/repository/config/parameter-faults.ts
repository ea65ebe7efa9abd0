import type { GivenConfig } from '../serving-config.ts';

/** Parameters of Triton's ONNX Runtime backend whose only right value is how models run here, and why. */
const fixed: Readonly<Record<string, { readonly value: string; readonly why: string }>> = {
  intra_op_thread_count: {
    value: '1',
    why: 'with more threads the bits of an answer depend on its batch; raise instance_group.count instead',
  },
  inter_op_thread_count: { value: '1', why: 'a run has one thread; raise instance_group.count instead' },
  execution_mode: { value: '0', why: 'operators run one after the other' },
  enable_global_threadpool: { value: '0', why: 'each session has one thread of its own' },
};
/** Settings of an ONNX Runtime session: they may change the bits of answers. */
const refusedPrefixes = ['session.', 'optimization.', 'ep.'];

/** What is wrong with parameters. Those that nobody here knows are told to clients and have no effect. */
export function parameterFaults(parameters: GivenConfig['parameters']): string[] {
  const faults: string[] = [];
  for (const [name, { stringValue }] of Object.entries(parameters)) {
    const only = Object.hasOwn(fixed, name) ? fixed[name] : undefined;
    if (only !== undefined && stringValue !== only.value)
      faults.push(
        `parameters.${name}: is '${stringValue}', but only '${only.value}' is possible: ${only.why}`,
      );
    if (refusedPrefixes.some((prefix) => name.startsWith(prefix)))
      faults.push(`parameters.${name}: the settings of an ONNX Runtime session are the server's; remove it`);
  }
  return faults;
}
