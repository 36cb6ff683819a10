import { stringify } from 'yaml';
import { readStatus } from '../api/defaults.ts';
import type { StatusProbeStatus } from '../api/generated.ts';
import { linkLines, RESULT_STYLES, type TextStyle } from './diagnosis-text.ts';
import { age, tableText } from './table.ts';
import { UsageError } from './usage-error.ts';
import { wrap } from './wrap.ts';

export const GET_OUTPUTS = ['text', 'wide', 'json', 'yaml'] as const;
export type GetOutput = (typeof GET_OUTPUTS)[number];

/** A StatusProbe as the API server keeps it. */
export interface StoredObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name?: string;
    readonly namespace?: string;
    readonly creationTimestamp?: unknown;
  };
  readonly [field: string]: unknown;
}

export interface GetRequest {
  /** Absent: all of them. */
  readonly name?: string;
  readonly allNamespaces: boolean;
  readonly output: GetOutput;
}

export interface GetParts {
  readonly namespace: string;
  /** Throws UsageError where it does not exist or may not be read. */
  get(namespace: string, name: string): Promise<StoredObject>;
  list(namespace: string | undefined): Promise<readonly StoredObject[]>;
  /** Unix milliseconds. */
  now(): number;
}

interface Row {
  readonly object: StoredObject;
  readonly status: StatusProbeStatus;
}

interface Column {
  readonly title: string;
  value(row: Row, now: number): string | undefined;
}

const conditionOf = ({ conditions = [] }: StatusProbeStatus, wanted: string) =>
  conditions.find(({ type }) => type === wanted);

const since = (time: unknown, now: number): string | undefined =>
  typeof time === 'string' ? age(now - Date.parse(time)) : undefined;

const NAMESPACE: Column = { title: 'NAMESPACE', value: ({ object }) => object.metadata.namespace };

/** The printer columns of the CRD. */
const COLUMNS: readonly Column[] = [
  { title: 'NAME', value: ({ object }) => object.metadata.name },
  { title: 'TARGET', value: ({ status }) => status.target },
  { title: 'CODE', value: ({ status }) => status.lastProbe?.code?.toString() },
  { title: 'HEALTHY', value: ({ status }) => conditionOf(status, 'Healthy')?.status },
  { title: 'OWNER', value: ({ status }) => status.verdict?.owner },
  { title: 'REASON', value: ({ status }) => status.verdict?.reason },
  { title: 'CULPRIT', value: ({ status }) => status.verdict?.culprit?.ref },
  {
    title: 'SINCE',
    value: ({ status }, now) => since(conditionOf(status, 'Healthy')?.lastTransitionTime, now),
  },
];

const WIDE_COLUMNS: readonly Column[] = [
  { title: 'AGE', value: ({ object }, now) => since(object.metadata.creationTimestamp, now) },
  { title: 'CHECKED', value: ({ status }, now) => since(status.lastProbe?.time, now) },
  { title: 'READY', value: ({ status }) => conditionOf(status, 'Ready')?.status },
  { title: 'LAYER', value: ({ status }) => status.verdict?.layer },
  { title: 'ANSWERED-BY', value: ({ status }) => status.lastProbe?.answeredBy?.product },
  { title: 'MESSAGE', value: ({ status }) => status.verdict?.summary },
];

const rowOf = (object: StoredObject): Row => ({ object, status: readStatus(object) });

/** The columns as kubectl shows them. */
export function columnTitles(wide: boolean): readonly string[] {
  return (wide ? [...COLUMNS, ...WIDE_COLUMNS] : COLUMNS).map(({ title }) => title);
}

function table(rows: readonly Row[], { allNamespaces, output }: GetRequest, now: number): string {
  const columns = [
    ...(allNamespaces ? [NAMESPACE] : []),
    ...COLUMNS,
    ...(output === 'wide' ? WIDE_COLUMNS : []),
  ];
  return tableText(
    columns.map(({ title }) => title),
    rows.map((row) => columns.map(({ value }) => value(row, now) ?? '')),
  );
}

type Hop = NonNullable<StatusProbeStatus['path']>[number];

const INDENT = '   ';

/** One hop below its lead, with what does not fit indented under it. */
function hopLines(lead: string, { hop, ref, result, message }: Hop, { paint, columns }: TextStyle): string[] {
  const said = message === undefined ? '' : `: ${message}`;
  const room = columns === undefined ? undefined : Math.max(20, columns - lead.length - 1);
  const lines = wrap(`${paint(RESULT_STYLES[result] ?? 'dim', result)} ${ref ?? hop}${said}`, room);
  return lines.map((line, index) => `${index === 0 ? lead : ' '.repeat(lead.length)} ${line}`);
}

/** The request's way as a tree: each hop hangs on the one before it, and endpoints side by side on theirs. */
export function pathTree(status: StatusProbeStatus, style: TextStyle): string {
  const { target = '', path = [], endpointsOmitted = 0 } = status;
  const endpoints = path.filter(({ hop }) => hop === 'Endpoint');
  const hops = path.filter(({ hop }) => hop !== 'Endpoint');
  const deep = INDENT.repeat(hops.length);
  const isLast = (index: number) => index === endpoints.length - 1 && endpointsOmitted === 0;
  const lines = [
    target,
    ...hops.flatMap((hop, depth) => hopLines(`${INDENT.repeat(depth)}└─`, hop, style)),
    ...endpoints.flatMap((hop, index) => hopLines(`${deep}${isLast(index) ? '└─' : '├─'}`, hop, style)),
    ...(endpointsOmitted > 0 ? [`${deep}└─ and ${endpointsOmitted} more endpoints`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function verdictLines(status: StatusProbeStatus, { paint, columns }: TextStyle): string {
  const { verdict } = status;
  if (verdict === undefined || verdict.owner === 'None') return '';
  const who = paint('bold', [verdict.owner, verdict.layer, verdict.reason].join(' · '));
  const fix = verdict.fix === undefined ? [] : [`Fix: ${verdict.fix}`];
  const lines = [who, verdict.summary, ...fix].flatMap((line) => wrap(line, columns));
  return `\n${[...lines, ...linkLines(status)].join('\n')}\n`;
}

function text(rows: readonly Row[], request: GetRequest, style: TextStyle, now: number): string {
  const [row] = rows;
  if (request.name === undefined || row === undefined) return table(rows, request, now);
  const tree = row.status.path === undefined ? '' : `\n${pathTree(row.status, style)}`;
  return `${table(rows, request, now)}${tree}${verdictLines(row.status, style)}`;
}

/** What `-o json` and `-o yaml` print: the object, or a List of them, as kubectl does. */
const documentOf = (objects: readonly StoredObject[], { name }: GetRequest): unknown =>
  name === undefined ? { apiVersion: 'v1', kind: 'List', items: objects } : objects[0];

async function objectsFor(
  { name, allNamespaces }: GetRequest,
  parts: GetParts,
): Promise<readonly StoredObject[]> {
  if (name === undefined) return parts.list(allNamespaces ? undefined : parts.namespace);
  if (allNamespaces) throw new UsageError('a name is of one namespace: give -n instead of -A');
  return [await parts.get(parts.namespace, name)];
}

/** `statusprobe get`: what the operator has written. The exit code is 1 where a probe that is shown fails. */
export async function getProbes(
  request: GetRequest,
  parts: GetParts,
  { write, style }: { write(text: string): void; readonly style: TextStyle },
): Promise<number> {
  const objects = await objectsFor(request, parts);
  const rows = objects.map(rowOf);
  const { output } = request;
  if (output === 'json') write(`${JSON.stringify(documentOf(objects, request), undefined, 2)}\n`);
  else if (output === 'yaml') write(stringify(documentOf(objects, request)));
  else if (rows.length === 0)
    write(`No StatusProbes in ${request.allNamespaces ? 'the cluster' : `namespace ${parts.namespace}`}.\n`);
  else write(text(rows, request, style, parts.now()));
  return rows.some(({ status }) => conditionOf(status, 'Healthy')?.status === 'False') ? 1 : 0;
}
