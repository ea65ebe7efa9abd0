import type { ModelInferResponse__Output as ModelInferResponse } from '../../../../services/gen/inference/ModelInferResponse.ts';
import { tensorDataText } from '../tensors/tensor-writer.ts';
import type { BinaryOutputs } from './infer-reader.ts';
import { parametersText } from './parameters.ts';

/** Bytes of the JSON in a body that has binary data behind it. */
export const headerLengthHeader = 'inference-header-content-length';

export interface HttpAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** The answer as the caller wants it: outputs as JSON, or as binary data behind the JSON. */
export function inferAnswer(response: ModelInferResponse, wanted: BinaryOutputs): HttpAnswer {
  const { outputs, rawOutputContents } = response;
  const binary: Buffer[] = [];
  let hasBinary = false;
  const texts = outputs.map((output, i) => {
    const raw = rawOutputContents[i];
    if (raw === undefined) throw new Error(`output '${output.name}' came without its content`);
    const isBinary = wanted.named.get(output.name) ?? wanted.byDefault;
    if (isBinary) {
      hasBinary = true;
      binary.push(raw);
    }
    return outputText(output, raw, isBinary);
  });
  const id = response.id === '' ? '' : `"id":${JSON.stringify(response.id)},`;
  const json =
    `{${id}"model_name":${JSON.stringify(response.modelName)},"model_version":${JSON.stringify(response.modelVersion)},` +
    `"parameters":${parametersText(response.parameters)},"outputs":[${texts.join(',')}]}`;
  if (!hasBinary) return { headers: { 'content-type': 'application/json' }, body: json };
  const head = Buffer.from(json);
  return {
    headers: { 'content-type': 'application/octet-stream', [headerLengthHeader]: String(head.length) },
    body: Buffer.concat([head, ...binary]),
  };
}

function outputText(output: ModelInferResponse['outputs'][number], raw: Buffer, isBinary: boolean): string {
  const { name, datatype, shape } = output;
  let parameters = parametersText(output.parameters).slice(1, -1);
  if (isBinary) parameters += `${parameters === '' ? '' : ','}"binary_data_size":${raw.length}`;
  return (
    `{"name":${JSON.stringify(name)},"datatype":${JSON.stringify(datatype)},"shape":[${shape.join(',')}]` +
    `${parameters === '' ? '' : `,"parameters":{${parameters}}`}` +
    `${isBinary ? '' : `,"data":${tensorDataText(output, raw)}`}}`
  );
}
