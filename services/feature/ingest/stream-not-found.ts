import { MeshError } from '../../kit/errors/mesh-error.ts';
import { nameList } from '../name-list.ts';

/** Of a name that somebody made up a message repeats so much. */
const maxToldLength = 100;

/** `field` is the place of the name in the request. */
export function streamNotFound(field: string, stream: string, declared: Iterable<string>): MeshError {
  const told = stream.slice(0, maxToldLength);
  return new MeshError(
    'FEATURE_STREAM_NOT_FOUND',
    `${field}: no event stream is called ${JSON.stringify(told)}; there are ${nameList(declared)}`,
    { metadata: { stream: told } },
  );
}
