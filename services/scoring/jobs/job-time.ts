import type { Timestamp__Output as Timestamp } from '../../gen/google/protobuf/Timestamp.ts';

export function timestampOfMs(ms: number): Timestamp {
  const seconds = Math.floor(ms / 1000);
  return { seconds: String(seconds), nanos: Math.round((ms - seconds * 1000) * 1e6) };
}

export function msOfTimestamp({ nanos, seconds }: Timestamp): number {
  return Number(seconds) * 1000 + nanos / 1e6;
}
