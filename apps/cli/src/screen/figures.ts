const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `12,345`: whole, with commas. */
export function formatCount(value: number): string {
  return WHOLE.format(value);
}

/** `0.42 s`, `12.3 s`, `2 min 05 s`. @param seconds at least 0. */
export function formatSeconds(seconds: number): string {
  if (seconds < 1) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${String(Math.floor(seconds % 60)).padStart(2, '0')} s`;
}
