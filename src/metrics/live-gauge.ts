import { Gauge, type Registry } from 'prom-client';

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * A gauge whose series are worked out when it is scraped. Nothing is kept between scrapes, so that a series is gone as
 * soon as what it tells of is gone.
 */
export class LiveGauge extends Gauge<string> {
  readonly #series: () => Iterable<Series>;

  constructor(registry: Registry, name: string, help: string, series: () => Iterable<Series>) {
    super({ name, help, registers: [registry] });
    this.#series = series;
  }

  override async get() {
    return { ...(await super.get()), values: [...this.#series()] };
  }
}
