import { stringify } from 'yaml';
import type { StatusProbeSpec, StatusProbeStatus } from '../api/generated.ts';
import { type DiagnoseTarget, parseDiagnoseTarget } from './diagnose-target.ts';
import { coloured, diagnosisText, plain } from './diagnosis-text.ts';

export type DiagnoseOutput = 'text' | 'json' | 'yaml';

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
  /** Probes once and diagnoses; the result is exactly what the operator would write. */
  look(probe: DiagnosedProbe): Promise<StatusProbeStatus>;
  /** The verdict of a saved folder, which needs no target. */
  readonly saved?: StatusProbeStatus;
  write(text: string): void;
  readonly isTerminal: boolean;
}

/** Exit codes of `statusprobe diagnose`. */
export const EXIT = { healthy: 0, failing: 1, couldNotRun: 2 } as const;

const probeFor = (target: DiagnoseTarget, { namespace, ...parts }: DiagnoseParts): Promise<DiagnosedProbe> =>
  target.kind === 'StatusProbe'
    ? parts.loadProbe(namespace, target.name)
    : Promise.resolve({ namespace, name: 'diagnose', spec: { target: target.target } });

function render(status: StatusProbeStatus, output: DiagnoseOutput, isTerminal: boolean): string {
  if (output === 'json') return `${JSON.stringify(status, undefined, 2)}\n`;
  if (output === 'yaml') return stringify(status);
  return diagnosisText(status, isTerminal ? coloured : plain);
}

/** A probe that was refused or could not be read has no answer to judge. */
function exitCode({ conditions = [], lastProbe }: StatusProbeStatus): number {
  if (conditions.some(({ type, status }) => type === 'Ready' && status === 'False')) return EXIT.couldNotRun;
  return lastProbe?.success === true ? EXIT.healthy : EXIT.failing;
}

async function statusOf(argument: string | undefined, parts: DiagnoseParts): Promise<StatusProbeStatus> {
  if (parts.saved !== undefined) return parts.saved;
  return parts.look(await probeFor(parseDiagnoseTarget(argument ?? ''), parts));
}

/** `statusprobe diagnose`: one probe, one verdict. Returns the exit code. */
export async function diagnoseOnce(
  argument: string | undefined,
  output: DiagnoseOutput,
  parts: DiagnoseParts,
): Promise<number> {
  const status = await statusOf(argument, parts);
  parts.write(render(status, output, parts.isTerminal));
  return exitCode(status);
}
