import { Gauge, type Registry } from 'prom-client';

export type Labels = Readonly<Record<string, string>>;

/** Labels that many series have in common, and how they are written. */
export interface CommonLabels {
  readonly labels: Labels;
  readonly text: string;
}

export interface Series {
  /** Stand before its own. */
  readonly common?: CommonLabels;
  readonly labels: Labels;
  readonly value: number;
}

/** How many series are written in one go: about a millisecond's worth. */
const SERIES_AT_ONCE = 500;

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '"': '\\"' };
const escaped = (value: string): string =>
  /[\\\n"]/.test(value) ? value.replace(/[\\\n"]/g, (character) => ESCAPES[character] ?? '') : value;

const numberOf = (value: number): string =>
  Number.isFinite(value) ? `${value}` : `${value}`.replace('Infinity', 'Inf').replace(/^Inf/, '+Inf');

/** Written without lists of its own, for there are many thousand. */
function pairsOf(labels: Labels, before = ''): string {
  let pairs = before;
  for (const label in labels)
    pairs += `${pairs === '' ? '' : ','}${label}="${escaped(labels[label] as string)}"`;
  return pairs;
}

export const inCommon = (labels: Labels): CommonLabels => ({ labels, text: pairsOf(labels) });

/** A line of the text format, version 0.0.4. */
function lineOf(name: string, { common, labels, value }: Series): string {
  const pairs = pairsOf(labels, common?.text);
  return `${name}${pairs === '' ? '' : `{${pairs}}`} ${numberOf(value)}\n`;
}

/**
 * A gauge whose series are worked out when it is scraped. Nothing is kept between scrapes, so that a series is gone as
 * soon as what it tells of is gone.
 */
export class LiveGauge extends Gauge<string> {
  readonly #series: () => Iterable<Series>;
  readonly #name: string;
  readonly #help: string;

  constructor(registry: Registry, name: string, help: string, series: () => Iterable<Series>) {
    super({ name, help, registers: [registry] });
    this.#series = series;
    this.#name = name;
    this.#help = help;
  }

  override async get() {
    const values = [...this.#series()].map(({ common, labels, value }) => ({
      labels: { ...common?.labels, ...labels },
      value,
    }));
    return { ...(await super.get()), values };
  }

  /** The same in the text format, some hundred series at a time: there may be many thousand. */
  *pieces(): Generator<string> {
    let piece = `# HELP ${this.#name} ${this.#help}\n# TYPE ${this.#name} gauge\n`;
    let count = 0;
    for (const series of this.#series()) {
      piece += lineOf(this.#name, series);
      count += 1;
      if (count % SERIES_AT_ONCE !== 0) continue;
      yield piece;
      piece = '';
    }
    yield piece;
  }
}
