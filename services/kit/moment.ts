const firstSecond = -62_135_596_800;
const lastSecond = 253_402_300_799;

/** Whether a google.protobuf.Timestamp is one: from year 1 to 9999 (https://protobuf.dev/reference/protobuf/google.protobuf/#timestamp). */
export function isMoment({ seconds, nanos }: { readonly seconds: string; readonly nanos: number }): boolean {
  const whole = Number(seconds);
  return whole >= firstSecond && whole <= lastSecond && nanos >= 0 && nanos <= 999_999_999;
}
