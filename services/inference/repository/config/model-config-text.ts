import { fastCodecs } from '../../../kit/contract/protos.ts';
import type { Parsed } from '../model-yaml.ts';
import type { GivenConfig } from '../serving-config.ts';
import type { Message } from './field-values.ts';
import { decodeJson } from './json-decoder.ts';
import { parseText } from './text-parser.ts';
import { unsupportedFields } from './unsupported-fields.ts';

/** Of a configuration; those that people write have a few kilobytes, and reading this many blocks the thread for half a second. */
export const maxConfigBytes = 256 * 1024;

const messageName = 'inference.ModelConfig';

/** config.pbtxt of a model: complete, or its first fault with line and column. */
export function parseModelConfig(text: string): Parsed<GivenConfig> {
  if (text.length > maxConfigBytes) return tooLarge;
  return given(parseText(text, fastCodecs.schemaOf(messageName), unsupportedFields));
}

/** The same as JSON, as RepositoryModelLoad's parameter `config` has it: complete, or what is wrong with it. */
export function parseModelConfigJson(text: string): Parsed<GivenConfig> {
  if (text.length > maxConfigBytes) return tooLarge;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { faults: [`it is no JSON: ${(error as Error).message}`] };
  }
  return given(decodeJson(json, fastCodecs.schemaOf(messageName), unsupportedFields));
}

const tooLarge = { faults: [`it has more than the ${maxConfigBytes} bytes that are allowed`] } as const;

function given(
  parsed: Parsed<{ readonly message: Message; readonly stated: ReadonlySet<string> }>,
): Parsed<GivenConfig> {
  if ('faults' in parsed) return parsed;
  const { message, stated } = parsed.value;
  // The schema is that of the generated type.
  const config = message as unknown as GivenConfig;
  return { value: { ...config, statesMaxBatchSize: stated.has('max_batch_size') } };
}
