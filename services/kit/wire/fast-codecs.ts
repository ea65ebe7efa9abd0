import protobuf from 'protobufjs';
import { createDecoders, type Decode } from './message-decoder.ts';
import { createEncoders, type Encode } from './message-encoder.ts';
import { createSchemas, type MessageSchema } from './message-schema.ts';

export interface FastCodec {
  readonly encode: Encode;
  readonly decode: Decode;
}

/**
 * Codecs of complete messages for the hot path: a third of the cost of the generic ones, which make a second copy of every message
 * and a list of operations. A message must be of its generated `__Output` type: wrong types are not noticed. Tests compare both.
 */
export interface FastCodecs {
  /** By full name, e.g. "scoremesh.audit.v1.Record". */
  ofMessage(name: string): FastCodec;
  ofMethod(service: string, method: string): { readonly request: FastCodec; readonly response: FastCodec };
  /** Description of a message by its full name. */
  schemaOf(name: string): MessageSchema;
}

/** Reads the protos on first use. */
export function createFastCodecs(folder: string, files: readonly string[]): FastCodecs {
  const encoders = createEncoders();
  const decoders = createDecoders();
  const schemas = createSchemas();
  let root: protobuf.Root | undefined;
  const load = (): protobuf.Root => {
    const fresh = new protobuf.Root();
    // Google's well-known types come with the library.
    fresh.resolvePath = (_origin, target) => (protobuf.common.get(target) ? target : folder + target);
    fresh.loadSync([...files], { keepCase: false }).resolveAll();
    return fresh;
  };
  const loaded = (): protobuf.Root => {
    root ??= load();
    return root;
  };
  const codec = (find: () => protobuf.Type | null | undefined): FastCodec => {
    const type = (): protobuf.Type => {
      const found = find();
      if (!found) throw new Error('no such message type');
      return found;
    };
    let encode: Encode | undefined;
    let decode: Decode | undefined;
    return {
      encode: (message) => {
        encode ??= encoders(type());
        return encode(message);
      },
      decode: (bytes, maxParts) => {
        decode ??= decoders(type());
        return decode(bytes, maxParts);
      },
    };
  };
  return {
    ofMessage: (name) => codec(() => loaded().lookupType(name)),
    ofMethod: (service, name) => {
      const method = (): protobuf.Method | undefined => loaded().lookupService(service).methods[name];
      return {
        request: codec(() => method()?.resolvedRequestType),
        response: codec(() => method()?.resolvedResponseType),
      };
    },
    schemaOf: (name) => schemas(loaded().lookupType(name)),
  };
}
