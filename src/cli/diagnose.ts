import { stringify } from 'yaml';
import type { StatusProbeSpec, StatusProbeStatus } from '../api/generated.ts';
import { type DiagnoseTarget, parseDiagnoseTarget, type TargetFlags } from './diagnose-target.ts';
import { couldNotRun, EXIT, exitCode } from './diagnosis-result.ts';
import { diagnosisText, type TextStyle } from './diagnosis-text.ts';
import { junitText } from './junit.ts';
import { sarifText } from './sarif.ts';
import { UsageError } from './usage-error.ts';

export const DIAGNOSE_OUTPUTS = ['text', 'json', 'yaml', 'sarif', 'junit'] as const;
export type DiagnoseOutput = (typeof DIAGNOSE_OUTPUTS)[number];

/** A probe as one look needs it. */
export interface DiagnosedProbe {
  readonly namespace: string;
  readonly name: string;
  readonly spec: { readonly target: StatusProbeSpec['target'] } & Partial<StatusProbeSpec>;
}

/** What touches the world; main knows where it comes from: a cluster, or a folder with `--from`. */
export interface DiagnoseParts {
  /** Of the flag, of the kubeconfig's context, or `default`. */
  readonly namespace: string;
  /** The stored StatusProbe; throws UsageError when there is none. */
  loadProbe(namespace: string, name: string): Promise<DiagnosedProbe>;
  /** Probes once and diagnoses; the result is exactly what the operator would write, undefined when it was cut short. */
  look(probe: DiagnosedProbe, signal?: AbortSignal): Promise<StatusProbeStatus | undefined>;
  /** The verdict of a saved folder, which needs no target. */
  readonly saved?: StatusProbeStatus;
}

/** Where the verdict goes. */
export interface Printing {
  write(text: string): void;
  readonly style: TextStyle;
  /** Of statusprobe. */
  readonly version: string;
}

export interface DiagnoseRequest extends TargetFlags {
  /** Absent where a folder says it. */
  readonly target?: string;
  readonly output: DiagnoseOutput;
}

/** The probe that an argument names. */
export async function probeFor(
  { target, ...flags }: TargetFlags & { readonly target?: string },
  { namespace, loadProbe }: Pick<DiagnoseParts, 'namespace' | 'loadProbe'>,
): Promise<DiagnosedProbe> {
  const parsed: DiagnoseTarget = parseDiagnoseTarget(target ?? '', flags);
  return parsed.kind === 'StatusProbe'
    ? loadProbe(namespace, parsed.name)
    : { namespace, name: 'diagnose', spec: { target: parsed.target } };
}

function render(
  status: StatusProbeStatus,
  output: DiagnoseOutput,
  namespace: string,
  printing: Printing,
): string {
  switch (output) {
    case 'json':
      return `${JSON.stringify(status, undefined, 2)}\n`;
    case 'yaml':
      return stringify(status);
    case 'sarif':
      return sarifText(status, printing.version);
    case 'junit':
      return junitText(status, namespace);
    default:
      return diagnosisText(status, printing.style);
  }
}

/** People get one sentence where there is nothing to judge; programs get the document that they asked for. */
function print(
  status: StatusProbeStatus,
  output: DiagnoseOutput,
  namespace: string,
  printing: Printing,
): void {
  const why = couldNotRun(status);
  if (output === 'text' && why !== undefined) throw new UsageError(why);
  printing.write(render(status, output, namespace, printing));
}

async function statusOf(
  request: DiagnoseRequest,
  parts: DiagnoseParts,
  signal?: AbortSignal,
): Promise<StatusProbeStatus | undefined> {
  return parts.saved ?? parts.look(await probeFor(request, parts), signal);
}

/** `statusprobe diagnose`: one probe, one verdict. Returns the exit code. */
export async function diagnoseOnce(
  request: DiagnoseRequest,
  parts: DiagnoseParts,
  printing: Printing,
): Promise<number> {
  const status = await statusOf(request, parts);
  if (status === undefined) return EXIT.couldNotRun;
  print(status, request.output, parts.namespace, printing);
  return exitCode(status);
}

/** How `--watch` waits: resolves after the interval, or when the signal says stop. */
export interface Watching {
  readonly signal: AbortSignal;
  wait(): Promise<void>;
}

/** What has to differ before a status is printed again: nothing that moves by itself. */
const essenceOf = ({ conditions = [], verdict, path, findings = [], lastProbe }: StatusProbeStatus): string =>
  JSON.stringify([
    conditions.map(({ type, status, reason, message }) => [type, status, reason, message]),
    verdict,
    path,
    findings.map(({ id }) => id),
    lastProbe?.code,
  ]);

/** What stands between two statuses of a row. */
const SEPARATORS: Readonly<Partial<Record<DiagnoseOutput, string>>> = { text: '\n', yaml: '---\n' };

/** `statusprobe diagnose --watch`: looks again and again, prints what changes, and ends with the last exit code. */
export async function diagnoseAgain(
  request: DiagnoseRequest,
  parts: DiagnoseParts,
  { signal, wait, ...printing }: Printing & Watching,
): Promise<number> {
  refuseDocuments(request.output);
  let shown: string | undefined;
  let code: number = EXIT.couldNotRun;
  while (!signal.aborted) {
    const status = await statusOf(request, parts, signal);
    if (status === undefined) return code;
    code = exitCode(status);
    if (essenceOf(status) !== shown) {
      if (shown !== undefined) printing.write(SEPARATORS[request.output] ?? '');
      print(status, request.output, parts.namespace, printing);
      shown = essenceOf(status);
    }
    await wait();
  }
  return code;
}

function refuseDocuments(output: DiagnoseOutput): void {
  if (output !== 'sarif' && output !== 'junit') return;
  throw new UsageError(`-o ${output} is one document: leave --watch away, or give -o text, json or yaml`);
}
