import type { InferParameter__Output as InferParameter } from '../../gen/inference/InferParameter.ts';

type Parameters = Readonly<Record<string, InferParameter>>;

// How a Python server would present the tensor to its code (MLServer's codecs send it); its bytes are the same.
const presentation = 'content_type';

/** What keeps an input with these parameters from being read as it was meant; undefined if nothing does. */
export function inputParameterFault(parameters: Parameters): string | undefined {
  for (const name in parameters) {
    if (name === presentation) continue;
    if (name.startsWith('shared_memory_'))
      return `is in shared memory ('${name}'), which this server has not; send its content in the request`;
    return unknown(name);
  }
  return undefined;
}

/** What keeps an output with these parameters from being answered as it was meant; undefined if nothing does. */
export function outputParameterFault(parameters: Parameters): string | undefined {
  for (const name in parameters) {
    if (name === presentation) continue;
    if (name.startsWith('shared_memory_'))
      return `is wanted in shared memory ('${name}'), which this server has not; take its content from the answer`;
    if (name === 'classification')
      return "asks for 'classification', which this server has not; take the tensor and rank its elements";
    return unknown(name);
  }
  return undefined;
}

function unknown(name: string): string {
  return `has the parameter '${name}', which this server knows not; leave it out`;
}
