import protobuf from 'protobufjs';

/**
 * Encoders that write a complete message as it is, without the checked copy that the generic codec makes first: half the cost. The
 * bytes are the same; a test compares them. A message must be of its generated `__Output` type: wrong types are not noticed.
 */
export interface DirectEncoders {
  /** The encoder of a message type by its full name, e.g. "scoremesh.audit.v1.Record". */
  ofMessage(name: string): DirectEncoder;
  /** The encoders of a method's messages. */
  ofMethod(
    service: string,
    method: string,
  ): { readonly request: DirectEncoder; readonly response: DirectEncoder };
}

export type DirectEncoder = (message: object) => Buffer;

/** Reads the protos with protobufjs itself, on first use. */
export function createDirectEncoders(folder: string, files: readonly string[]): DirectEncoders {
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
  return {
    ofMessage: (name) => lazy(() => encoderOf(loaded().lookupType(name))),
    ofMethod: (service, name) => {
      const method = (): protobuf.Method | undefined => loaded().lookupService(service).methods[name];
      return {
        request: lazy(() => encoderOf(method()?.resolvedRequestType)),
        response: lazy(() => encoderOf(method()?.resolvedResponseType)),
      };
    },
  };
}

/** Made on first use, because reading the protos takes tens of milliseconds. */
function lazy(make: () => DirectEncoder): DirectEncoder {
  let encode: DirectEncoder | undefined;
  return (message) => {
    encode ??= make();
    return encode(message);
  };
}

function encoderOf(type: protobuf.Type | null | undefined): DirectEncoder {
  if (!type) throw new Error('no such message type');
  const checked = fieldsWithEnums(type);
  return (message) => {
    const fields = message as Readonly<Record<string, unknown>>;
    // Enums are names in messages and numbers on the wire: those parts need the generic way.
    const plain = checked.every((field) => isEmpty(fields[field])) ? message : type.fromObject(message);
    return type.encode(plain).finish() as Buffer;
  };
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

/** Fields of the type that are enums or messages that hold some. */
function fieldsWithEnums(type: protobuf.Type): string[] {
  return type.fieldsArray.filter((field) => holdsEnum(field, new Set([type]))).map((field) => field.name);
}

function holdsEnum(field: protobuf.Field, seen: Set<protobuf.Type>): boolean {
  const { resolvedType } = field.resolve();
  if (resolvedType instanceof protobuf.Enum) return true;
  if (!(resolvedType instanceof protobuf.Type) || seen.has(resolvedType)) return false;
  seen.add(resolvedType);
  return resolvedType.fieldsArray.some((inner) => holdsEnum(inner, seen));
}
