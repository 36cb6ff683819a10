import { createHash } from 'node:crypto';
import { readStatus } from '../api/defaults.ts';
import type { StatusProbeStatus } from '../api/generated.ts';
import { parseDiagnoseTarget, type TargetFlags } from '../cli/diagnose-target.ts';
import { UsageError } from '../cli/usage-error.ts';
import { DumpError } from '../evidence/cluster/dump.ts';
import { createSteps } from '../evidence/gather.ts';
import { type ObservationSource, readSavedCase } from '../evidence/saved-case.ts';
import { nextRecord } from '../operator/status/next-record.ts';
import { type Outcome, recordOf } from '../operator/status/record.ts';
import { nameOfTarget } from '../operator/target/resolve-target.ts';
import { diagnose } from '../pipeline.ts';

/** Flags of a diagnosis of what was saved. */
export interface FolderConfig extends TargetFlags {
  readonly from: string;
  readonly namespace?: string;
  readonly observation?: string;
  readonly code?: number;
}

/** Turns a folder that cannot be read or written into one sentence for whoever named it. */
export function refuseFolder(error: unknown): never {
  if (error instanceof DumpError) throw new UsageError(error.message.replace(/\.$/, ''));
  throw error;
}

/** What to judge the folder with: its own observation, another file, or a code that somebody asks about. */
function observationSource(
  target: string | undefined,
  { observation, code, namespace = 'default', ...flags }: FolderConfig,
): ObservationSource | undefined {
  if (target === undefined) {
    if (code !== undefined)
      throw new UsageError('--code asks why a target would answer so: give the target as well');
    return observation === undefined ? undefined : { file: observation };
  }
  if (observation !== undefined)
    throw new UsageError('--observation says what the target is: leave the target away');
  if (code === undefined)
    throw new UsageError(
      '--from judges what the folder says: leave the target away, or give --code to ask why it would answer so',
    );
  const parsed = parseDiagnoseTarget(target, flags);
  if (parsed.kind === 'StatusProbe')
    throw new UsageError(
      'with --from give the target itself: a URL, ingress/NAME, service/NAME[:PORT] or httproute/NAME',
    );
  return { written: { namespace, target: parsed.target, observation: { code } } };
}

/** Judges a folder of manifests with an observation; nothing is asked of any cluster. */
export async function judgeFolder(
  target: string | undefined,
  config: FolderConfig,
): Promise<{ readonly status: StatusProbeStatus; readonly namespace: string }> {
  const saved = await readSavedCase(config.from, observationSource(target, config)).catch(refuseFolder);
  const { observation, sources, judged } = saved;
  const { checks = {}, mute = [] } = saved.diagnose;
  const { namespace, target: probed } = sources.probe;
  const question = { target: probed, namespace, diagnose: { enabled: true, checks, mute } };
  const { diagnosis = 'Disabled' } = await diagnose(question, {
    ...createSteps(sources),
    observe: async () => observation,
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
  });
  const ready = judged?.ready ?? 'Judged from a folder';
  const outcome: Outcome = { kind: 'Probed', observation, diagnosis, ready };
  const visited = {
    generation: 1,
    question: '',
    thresholds: { failure: 1, success: 1 },
    historyLimit: 10,
    target: nameOfTarget(probed),
    now: judged?.time ?? observation.time,
    outcome,
  };
  return { status: nextRecord(recordOf(readStatus({}), ''), visited).status, namespace };
}
