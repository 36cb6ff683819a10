const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

function factorOf(suffix: string): number | undefined {
  const decimal = DECIMAL.indexOf(suffix);
  if (decimal >= 0) return 1000 ** (decimal - DECIMAL.indexOf(''));
  const binary = BINARY.indexOf(suffix);
  return binary < 0 ? undefined : 1024 ** binary;
}

/** A quantity as Kubernetes writes it, such as `250m`, `1.5Gi` or `1e3`, as a number; undefined for what is none. */
export function quantityOf(text = ''): number | undefined {
  const [, digits, suffix = ''] = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([a-zA-Z]*)$/.exec(text) ?? [];
  const factor = factorOf(suffix);
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}
