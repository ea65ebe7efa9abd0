import type {
  ModelInferRequest,
  ModelInferRequest__Output,
} from '../../services/gen/inference/ModelInferRequest.ts';
import type {
  ScoreRequest,
  ScoreRequest__Output,
} from '../../services/gen/scoremesh/scoring/v1/ScoreRequest.ts';
import { messageCodec } from '../../services/kit/contract/protos.ts';

/** One score of a flight. */
export function scoreMessage(): Buffer {
  const codec = messageCodec<ScoreRequest, ScoreRequest__Output>('scoremesh.scoring.v1.ScoreRequest');
  return codec.encode({
    model: 'flight_delay',
    entities: { origin: 'ORD', destination: 'SFO' },
    inputs: { minute_of_day: { number: 750 }, day_of_week: { number: 4 }, distance: { number: 1846 } },
  });
}

/** The same row as tensors, for the inference role alone. */
export function inferMessage(): Buffer {
  const codec = messageCodec<ModelInferRequest, ModelInferRequest__Output>('inference.ModelInferRequest');
  const request = Buffer.from(new Float32Array([750, 4, 1846]).buffer);
  const features = Buffer.from(
    new Float32Array([0.11, 0.1, 0.21, -4.1, 71, 0.15, 0.05, 0.2, -5.7, 13, 0.2, 28, 0.1]).buffer,
  );
  return codec.encode({
    modelName: 'flight_delay',
    inputs: [
      { name: 'request', datatype: 'FP32', shape: ['1', '3'] },
      { name: 'features', datatype: 'FP32', shape: ['1', '13'] },
    ],
    rawInputContents: [request, features],
  });
}

/** One row of `width` numbers for input "x" of a model. */
export function rowMessage(modelName: string, width: number): Buffer {
  const codec = messageCodec<ModelInferRequest, ModelInferRequest__Output>('inference.ModelInferRequest');
  const row = Float32Array.from({ length: width }, (_, i) => Math.sin(i));
  return codec.encode({
    modelName,
    inputs: [{ name: 'x', datatype: 'FP32', shape: ['1', String(width)] }],
    rawInputContents: [Buffer.from(row.buffer)],
  });
}
