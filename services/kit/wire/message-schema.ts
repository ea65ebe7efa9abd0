import protobuf from 'protobufjs';

/** What a field holds, or each of its items or entries. */
export type ValueSchema =
  | { readonly kind: 'scalar'; readonly type: string }
  | { readonly kind: 'enum'; readonly numbers: ReadonlyMap<string, number> }
  | { readonly kind: 'message'; readonly message: MessageSchema };

export interface FieldSchema {
  /** As generated types name it, e.g. "maxBatchSize". */
  readonly name: string;
  /** As its .proto names it, e.g. "max_batch_size". */
  readonly protoName: string;
  /** False for a map. */
  readonly repeated: boolean;
  /** Scalar type of a map's keys; undefined for what is no map. */
  readonly keyType: string | undefined;
  /** As generated types name it; undefined outside of one. */
  readonly oneof: string | undefined;
  readonly value: ValueSchema;
}

/** A message type, for codecs that are not the wire's. Types may contain themselves. */
export interface MessageSchema {
  /** Without its package. */
  readonly name: string;
  /** By the name in its .proto. */
  readonly fields: ReadonlyMap<string, FieldSchema>;
}

/** Describes message types of one root. */
export function createSchemas(): (type: protobuf.Type) => MessageSchema {
  const known = new Map<protobuf.Type, MessageSchema>();
  const schemaOf = (type: protobuf.Type): MessageSchema => {
    const found = known.get(type);
    if (found !== undefined) return found;
    const fields = new Map<string, FieldSchema>();
    const schema: MessageSchema = { name: type.name, fields };
    known.set(type, schema);
    for (const field of type.fieldsArray) {
      field.resolve();
      const protoName = field.name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      fields.set(protoName, {
        name: field.name,
        protoName,
        repeated: field.repeated,
        keyType: field instanceof protobuf.MapField ? field.keyType : undefined,
        oneof: field.partOf?.name,
        value: describeValue(field, schemaOf),
      });
    }
    return schema;
  };
  return schemaOf;
}

function describeValue(
  { resolvedType, type }: protobuf.Field,
  schemaOf: (type: protobuf.Type) => MessageSchema,
): ValueSchema {
  if (resolvedType instanceof protobuf.Type) return { kind: 'message', message: schemaOf(resolvedType) };
  if (resolvedType instanceof protobuf.Enum)
    return { kind: 'enum', numbers: new Map(Object.entries(resolvedType.values)) };
  return { kind: 'scalar', type };
}
