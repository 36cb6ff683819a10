import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { ROOT } from '../../hack/crd.ts';
import {
  type AlertReceiver,
  type LoopbackProgram,
  startAlertmanager,
  startAlertReceiver,
  startPrometheus,
} from './prometheus.ts';

export const shippedPath = (name: string): string => fileURLToPath(new URL(name, ROOT));
export const readShipped = <T>(name: string): T => parse(readFileSync(shippedPath(name), 'utf8')) as T;

export interface ScrapeConfiguration {
  readonly scrape_configs: readonly [{ readonly metric_relabel_configs: readonly { regex: string }[] }];
}

interface AlertmanagerConfiguration {
  readonly route: object;
  readonly receivers: readonly { name: string; webhook_configs: readonly { url: string }[] }[];
}

/** Prometheus and Alertmanager with the configuration that is shipped, and a receiver for each team. */
export interface Monitoring {
  readonly prometheus: LoopbackProgram;
  readonly devops: AlertReceiver;
  readonly developers: AlertReceiver;
  stop(): Promise<void>;
}

/** Watches an operator at `address`; `ruleFiles` are absolute. */
export async function startMonitoring(address: string, ruleFiles: readonly string[]): Promise<Monitoring> {
  const [devops, developers] = await Promise.all([startAlertReceiver(), startAlertReceiver()]);
  const alertmanager = await startAlertmanager(
    alertmanagerConfiguration({ '/devops': devops.url, '/developers': developers.url }),
  );
  const prometheus = await startPrometheus({
    global: { evaluation_interval: '1s' },
    rule_files: ruleFiles,
    alerting: { alertmanagers: [{ static_configs: [{ targets: [new URL(alertmanager.origin).host] }] }] },
    scrape_configs: [scrapeConfiguration(address)],
  });
  return {
    prometheus,
    devops,
    developers,
    async stop() {
      await Promise.all([prometheus.stop(), alertmanager.stop()]);
      for (const receiver of [devops, developers]) receiver.stop();
    },
  };
}

/** The rules as they are shipped, but that nobody waits for 2 minutes; their file in a folder. */
export function impatientRules(folder: string): string {
  const rules = readFileSync(shippedPath('deploy/alerts/rules.yaml'), 'utf8');
  const [waiting, ...others] = rules.match(/> 120\)/g) ?? [];
  if (waiting === undefined || others.length > 0) throw new Error('the rules no longer wait once for 120 s');
  const file = join(folder, 'rules.yaml');
  writeFileSync(file, rules.replace(waiting, '> 2)'));
  return file;
}

/** What is shipped, but for the discovery of Pods: Debian's Prometheus has none, so its labels are set by hand. */
export function scrapeConfiguration(address: string): object {
  const [shipped] = readShipped<ScrapeConfiguration>('deploy/scrape/prometheus.yaml').scrape_configs;
  const { kubernetes_sd_configs, relabel_configs, ...rest } = shipped as unknown as Record<string, unknown>;
  const labels = {
    namespace: 'statusprobe-system',
    pod: 'statusprobe-0',
    container: 'statusprobe',
    endpoint: 'metrics',
  };
  const target = { targets: [address], labels };
  return { ...rest, scrape_interval: '1s', scrape_timeout: '1s', static_configs: [target] };
}

/** What is shipped, with receivers that are there, and told at once. */
function alertmanagerConfiguration(urls: Readonly<Record<string, string>>): object {
  const { route, receivers, ...rest } = readShipped<AlertmanagerConfiguration>(
    'deploy/alerts/alertmanager.yaml',
  );
  return {
    ...rest,
    route: { ...route, group_wait: '1s' },
    receivers: receivers.map(({ name, webhook_configs }) => ({
      name,
      webhook_configs: webhook_configs.map(({ url }) => ({ url: urls[new URL(url).pathname] })),
    })),
  };
}

/** Labels that tell whose the alerts are that a receiver was sent, by the name of the StatusProbe. */
export const failuresToldTo = ({ alerts }: AlertReceiver): Readonly<Record<string, string>> =>
  Object.fromEntries(
    alerts
      .filter(({ labels }) => labels.alertname === 'StatusProbeFailing')
      .map(({ labels: { name = '', owner, layer, reason } }) => [name, `${owner} ${layer} ${reason}`]),
  );
