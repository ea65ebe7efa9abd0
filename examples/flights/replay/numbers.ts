/** 12,345. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A share as 12.3 %; a dash where there is none. */
export function percent(share: number, digits = 1): string {
  return Number.isNaN(share) ? '-' : `${(100 * share).toFixed(digits)} %`;
}

/** Three digits that matter and a unit: 0.85 ms, 12.3 ms, 1.40 s; a dash where there is none. */
export function duration(ms: number): string {
  if (Number.isNaN(ms)) return '-';
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms.toFixed(ms >= 100 ? 0 : ms >= 10 ? 1 : 2)} ms`;
}

/** 48 s, 3 min, 2 h 05 min. */
export function roughly(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
