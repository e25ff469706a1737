/** Kubernetes' way to write amounts: `8Gi`, `500M`, `1073741824`. */

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  ...{ k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/** In the largest binary unit that says it exactly. */
export function quantityOf(bytes: number): string {
  for (const unit of ['Ti', 'Gi', 'Mi', 'Ki'] as const) {
    const size = UNITS[unit] ?? 1;
    if (bytes >= size && bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return String(bytes);
}

/** null: it is none, or one of a kind that no size is written in (`1e3`, `100m`). */
export function bytesOf(quantity: string | null): number | null {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(quantity ?? '') ?? [];
  const size = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  return number === undefined || size === undefined ? null : Math.round(Number(number) * size);
}
