/** A step of the system's clock beyond this is followed; less is its normal wavering. */
const toleranceMs = 20;

/** Unix time, in milliseconds, of the zero of performance.now(): moves only when the system's clock was set, once per call at the most. */
export function createWallOrigin(): () => number {
  let originMs = performance.timeOrigin;
  return () => {
    const stepMs = Date.now() - (originMs + performance.now());
    if (Math.abs(stepMs) > toleranceMs) originMs += stepMs;
    return originMs;
  };
}
