/** The type of a field or feature, as the protos spell it. BYTES is text. */
export type Datatype = 'FP32' | 'FP64' | 'INT64' | 'BOOL' | 'BYTES';

/** A value of a declaration: the default of a field or feature, a limit, one of an enumeration. INT64 as bigint. */
export type Scalar = number | bigint | boolean | string;

/** What is declared, by name. Everything a view or set names is in the same object: nothing dangles. */
export interface Declarations {
  readonly streams: ReadonlyMap<string, Stream>;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly views: ReadonlyMap<string, View>;
  readonly sets: ReadonlyMap<string, FeatureSet>;
}

/** Events of one kind. */
export interface Stream {
  readonly name: string;
  readonly description: string;
  readonly fields: readonly Field[];
  /** How far back reads may be as of; events are kept twice as long, by event time. Undefined for ever. */
  readonly retentionMs: number | undefined;
  /** How far in the future an event time may be. */
  readonly maxLeadMs: number;
  /** SHA-256 of the canonical declaration, "sha256:<hex>"; of the others likewise, with all that they read. */
  readonly digest: string;
}

/** A field and what is made of bad values at the door. */
export interface Field {
  readonly name: string;
  readonly description: string;
  readonly datatype: Datatype;
  /** Null or missing sends the event to the quarantine. */
  readonly required: boolean;
  /** What stands in for null; undefined leaves it null. */
  readonly default: Scalar | undefined;
  readonly min: number | bigint | undefined;
  readonly max: number | bigint | undefined;
  /** The only values allowed; undefined for any. */
  readonly oneOf: readonly Scalar[] | undefined;
  /** What a value outside min, max or oneOf does: the event goes to the quarantine, or the value becomes null. */
  readonly onInvalid: 'quarantine' | 'null';
}

export interface Entity {
  readonly name: string;
  readonly description: string;
  /** The names by which a read gives its keys: one or several, in order. */
  readonly keys: readonly string[];
  readonly digest: string;
}

/** Features of one entity from one stream. */
export interface View {
  readonly name: string;
  readonly description: string;
  readonly stream: Stream;
  /** Undefined for a view of the whole stream, which has one row. */
  readonly entity: Entity | undefined;
  /** The stream's field of each key of the entity, in order; empty for a view of the whole stream. Text or INT64 fields. */
  readonly keyFields: readonly string[];
  /** CEL over the stream's fields: events for which it is not true don't count. */
  readonly where: string | undefined;
  /** Undefined for no limit. */
  readonly maxAgeMs: number | undefined;
  readonly kind: 'latest' | 'windowed';
  readonly features: readonly ViewFeature[];
  readonly digest: string;
}

export interface ViewFeature {
  readonly name: string;
  readonly description: string;
  readonly datatype: Datatype;
  readonly source: LatestSource | WindowSource;
}

/** A field of the last event. */
export interface LatestSource {
  readonly kind: 'latest';
  readonly field: string;
}

export type Aggregate = 'count' | 'sum' | 'mean' | 'min' | 'max' | 'rate' | 'last' | 'distinct';

/** An aggregate over a sliding window; see engine/window-plan.ts for what a window holds. */
export interface WindowSource {
  readonly kind: 'window';
  readonly aggregate: Aggregate;
  /** The field of sum, mean, min, max, last and distinct: null values don't count. Undefined for count and rate. */
  readonly field: string | undefined;
  /** CEL over the stream's fields; of a rate. An event counts for the rate if it could be evaluated. */
  readonly condition: string | undefined;
  /** CEL over the stream's fields, besides the view's. */
  readonly where: string | undefined;
  readonly windowMs: number;
  /** Divides the window. */
  readonly tileMs: number;
}

/** The ordered features that a model version reads. */
export interface FeatureSet {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly SetColumn[];
  /** Request inputs that expressions read. */
  readonly inputs: readonly SetInput[];
  /** Keys that are made of request inputs instead of being named by the caller: key name -> CEL over inputs, giving text or int. */
  readonly derivedKeys: ReadonlyMap<string, string>;
  /** Expressions in an order in which each comes after those it reads; also those that are no column themselves. */
  readonly transforms: readonly Transform[];
  /** Views in the order in which the columns and transforms first read them. */
  readonly views: readonly View[];
  /** Keys that a read must name, without the derived ones. */
  readonly keys: readonly string[];
  readonly digest: string;
}

export interface SetInput {
  readonly name: string;
  readonly description: string;
  readonly datatype: Datatype;
  /** What stands in for an input that is missing or null; undefined lets it be null in expressions. */
  readonly default: Scalar | undefined;
}

/** A value computed at the read, by CEL over `inputs.<name>`, `<view>.<feature>` and other transforms by name. */
export interface Transform {
  readonly name: string;
  readonly description: string;
  readonly datatype: Datatype;
  readonly expression: string;
  /** "view.feature" of what it reads. */
  readonly features: readonly string[];
}

/** One column of a set. */
export interface SetColumn {
  /** "view.feature", or the name of a transform. */
  readonly name: string;
  readonly datatype: Datatype;
  readonly source:
    | { readonly kind: 'feature'; readonly view: View; readonly feature: ViewFeature }
    | { readonly kind: 'transform'; readonly transform: Transform };
  /** Null or not found. */
  readonly absent: AbsentPolicy;
  /** Older than the view's maximum age. */
  readonly stale: StalePolicy;
}

/** fail: the read is refused; null: NaN, 0 or empty, with its status; default: this value, with its status. */
export type AbsentPolicy =
  | { readonly kind: 'fail' | 'null' }
  | { readonly kind: 'default'; readonly value: Scalar };
/** serve: the old value, with the status OUTSIDE_MAX_AGE. */
export type StalePolicy = AbsentPolicy | { readonly kind: 'serve' };
