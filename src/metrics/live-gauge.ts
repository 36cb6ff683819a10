import { Gauge, type Registry } from 'prom-client';

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** How many series are written in one go: about a millisecond's worth. */
const SERIES_AT_ONCE = 500;

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '"': '\\"' };
const escaped = (value: string): string =>
  /[\\\n"]/.test(value) ? value.replace(/[\\\n"]/g, (character) => ESCAPES[character] ?? '') : value;

const numberOf = (value: number): string =>
  Number.isFinite(value) ? `${value}` : `${value}`.replace('Infinity', 'Inf').replace(/^Inf/, '+Inf');

/** A line of the text format, version 0.0.4. Written without lists of its own, for there are many thousand. */
function lineOf(name: string, { labels, value }: Series): string {
  let pairs = '';
  for (const label in labels)
    pairs += `${pairs === '' ? '' : ','}${label}="${escaped(labels[label] as string)}"`;
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
    return { ...(await super.get()), values: [...this.#series()] };
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
