import type { StatusProbeStatus } from '../api/generated.ts';
import { describeChecks } from './checks.ts';
import { couldNotRun, isHealthy } from './diagnosis-result.ts';

type Finding = NonNullable<StatusProbeStatus['findings']>[number];

const LEVELS: Readonly<Record<string, string>> = { Error: 'error', Warning: 'warning', Info: 'note' };

/** A failure of which nothing was found has its verdict as the one result. */
function resultsOf(status: StatusProbeStatus): readonly Result[] {
  const { findings = [], verdict } = status;
  if (isHealthy(status) || couldNotRun(status) !== undefined) return [];
  if (findings.length > 0 || verdict === undefined) return findings.map(resultOf);
  const { reason, summary, owner, layer } = verdict;
  return [{ ruleId: reason, level: 'error', message: { text: summary }, properties: { owner, layer } }];
}

interface Result {
  readonly ruleId: string;
  readonly level: string | undefined;
  readonly [field: string]: unknown;
}

function resultOf({
  id,
  reason,
  severity,
  owner,
  layer,
  subject,
  message,
  causedBy,
  muted,
}: Finding): Result {
  const { kind, namespace, name, ref } = subject;
  const place = [namespace, kind, name].filter((part) => part !== undefined).join('/');
  return {
    ruleId: reason,
    level: LEVELS[severity] ?? 'none',
    message: { text: message },
    locations: [{ logicalLocations: [{ name: ref, fullyQualifiedName: place, kind: 'resource' }] }],
    partialFingerprints: { 'statusprobe/v1': id },
    ...(muted === true && {
      suppressions: [{ kind: 'external', justification: 'Muted by spec.diagnose.mute' }],
    }),
    properties: { owner, layer, ...(causedBy === undefined ? {} : { causedBy }) },
  };
}

/** What the catalogue says of a reason; a code or failure that is its own reason has no entry there. */
function ruleOf(reason: string): object {
  const known = describeChecks()
    .flatMap(({ title, reasons }) => reasons.map((each) => ({ title, ...each })))
    .find((each) => each.reason === reason);
  if (known === undefined) return { id: reason };
  return {
    id: reason,
    shortDescription: { text: known.title },
    fullDescription: { text: known.message },
    ...(known.fix === undefined ? {} : { help: { text: known.fix } }),
  };
}

function invocationOf(status: StatusProbeStatus): object {
  const why = couldNotRun(status);
  const { target = '' } = status;
  return {
    executionSuccessful: why === undefined,
    ...(why === undefined
      ? {}
      : { toolExecutionNotifications: [{ level: 'error', message: { text: why } }] }),
    properties: { target },
  };
}

/** The findings as a SARIF 2.1.0 log. */
export function sarifText(status: StatusProbeStatus, version: string): string {
  const results = resultsOf(status);
  const reasons = [...new Set(results.map(({ ruleId }) => ruleId))];
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'statusprobe', version, rules: reasons.map(ruleOf) } },
        invocations: [invocationOf(status)],
        results: results.map((result) => ({ ...result, ruleIndex: reasons.indexOf(result.ruleId) })),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}
