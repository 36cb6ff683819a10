// Writes what the Helm chart and the manifests share with deploy/base, crds, deploy/alerts and deploy/scrape, so that each is written once.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type Document, isMap, parseAllDocuments, parseDocument, stringify } from 'yaml';
import { ROOT } from './crd.ts';

const CHART_FILES = 'deploy/chart/files';
const COPY = '# A copy, by `npm run generate`, of';

const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

/** The roles of deploy/base by their names, and the file of the chart that holds their rules. */
const BASE_ROLES = [
  { file: 'deploy/base/cluster-role.yaml', role: 'statusprobe', rules: 'operator' },
  { file: 'deploy/base/role.yaml', role: 'statusprobe-leases', rules: 'leases' },
  { file: 'deploy/base/user-roles.yaml', role: 'statusprobe-viewer', rules: 'viewer' },
  { file: 'deploy/base/user-roles.yaml', role: 'statusprobe-editor', rules: 'editor' },
];

/** Every add-on that grants rights. */
export const ADDON_ROLES = readdirSync(new URL('deploy/addons/', ROOT))
  .filter((addon) =>
    readdirSync(new URL(`deploy/addons/${addon}/`, ROOT)).some((file) => file === 'cluster-role.yaml'),
  )
  .sort()
  .map((addon) => ({
    file: `deploy/addons/${addon}/cluster-role.yaml`,
    role: `statusprobe-${addon}`,
    rules: addon,
  }));

/** A node with its comments, as a document of its own. */
function partOf(document: Document, key: string): string {
  const part = document.get(key, true);
  return stringify(part, { lineWidth: 0 });
}

function rulesOf(file: string, role: string): string {
  const found = parseAllDocuments(read(file)).find(
    (document) =>
      isMap(document.contents) && document.has('rules') && document.getIn(['metadata', 'name']) === role,
  );
  if (found === undefined) throw new Error(`${file} has no role named ${role}`);
  return `${COPY} ${file}\n${partOf(found as Document, 'rules')}`;
}

function metricRelabelings(): string {
  const file = 'deploy/scrape/service-monitor.yaml';
  const endpoint = parseDocument(read(file)).getIn(['spec', 'endpoints', 0]);
  if (!isMap(endpoint)) throw new Error(`${file} has no endpoint`);
  return `${COPY} ${file}\n${stringify(endpoint.get('metricRelabelings', true), { lineWidth: 0 })}`;
}

function prometheusRule(): string {
  const file = 'deploy/alerts/rules.yaml';
  return [
    `${COPY} ${file}, for the Prometheus operator.`,
    'apiVersion: monitoring.coreos.com/v1',
    'kind: PrometheusRule',
    'metadata:',
    '  name: statusprobe',
    '  namespace: statusprobe-system',
    'spec:',
    ...read(file)
      .trimEnd()
      .split('\n')
      .filter((line) => !line.startsWith('#'))
      .map((line) => (line === '' ? '' : `  ${line}`)),
    '',
  ].join('\n');
}

/** Content of every generated file, by its path in the repository. */
export function installFiles(): Readonly<Record<string, string>> {
  const rules = [...BASE_ROLES, ...ADDON_ROLES].map(({ file, role, rules: name }) => [
    `${CHART_FILES}/rules/${name}.yaml`,
    rulesOf(file, role),
  ]);
  const dashboards = readdirSync(new URL('deploy/dashboards/', ROOT)).map((name) => [
    `${CHART_FILES}/dashboards/${name}`,
    read(`deploy/dashboards/${name}`),
  ]);
  return {
    ...Object.fromEntries([...rules, ...dashboards]),
    [`${CHART_FILES}/crd.yaml`]: `${COPY} crds/statusprobes.yaml\n${read('crds/statusprobes.yaml')}`,
    [`${CHART_FILES}/alerts.yaml`]: `${COPY} deploy/alerts/rules.yaml\n${read('deploy/alerts/rules.yaml')}`,
    [`${CHART_FILES}/metric-relabelings.yaml`]: metricRelabelings(),
    'deploy/alerts/prometheus-rule.yaml': prometheusRule(),
  };
}

if (import.meta.main) {
  for (const [path, content] of Object.entries(installFiles())) writeFileSync(new URL(path, ROOT), content);
}
