import type { StatusProbeSpec, StatusProbeStatus } from '../api/generated.ts';
import { type DiagnosedProbe, probeFor } from '../cli/diagnose.ts';
import type { TargetFlags } from '../cli/diagnose-target.ts';
import { couldNotRun } from '../cli/diagnosis-result.ts';
import { UsageError } from '../cli/usage-error.ts';
import { targetOf } from '../diagnosis/model/target.ts';
import { type Recording, recorded } from '../evidence/bundle/recording.ts';
import { redacted } from '../evidence/bundle/redacted.ts';
import { type DiagnosedCase, writeCase } from '../evidence/bundle/write.ts';
import type { Sources } from '../evidence/slot-context.ts';
import { openCluster } from './opened-cluster.ts';
import { type LookConfig, type Looked, loadProbe, lookOnce } from './own-look.ts';
import { judgeFolder, refuseFolder } from './saved-folder.ts';

export interface BundleConfig extends LookConfig, TargetFlags {
  /** The folder to write. */
  readonly to: string;
}

interface Recorded {
  readonly settings: Sources['settings'];
  readonly recording: Recording;
  readonly sent: Pick<Sources['probe'], 'headers' | 'bodyBytes'>;
}

/** What of the spec bounds the diagnosis; comments of mutes are for the people of the namespace. */
function diagnoseOptions({ diagnose }: Partial<StatusProbeSpec>): NonNullable<DiagnosedCase['diagnose']> {
  const { checks, mute = [] } = diagnose ?? {};
  return { ...(checks && { checks }), mute: mute.map(({ comment, ...each }) => each) };
}

/** When the status was judged, and what it says of being ready. */
function judgedFrom({ conditions = [] }: StatusProbeStatus): NonNullable<DiagnosedCase['judged']> {
  const { lastTransitionTime = '', message = '' } = conditions.find(({ type }) => type === 'Ready') ?? {};
  return { time: lastTransitionTime, ready: message };
}

function caseOf(
  { namespace, name, spec }: DiagnosedProbe,
  looked: Looked,
  { sent, ...read }: Partial<Recorded> = {},
): DiagnosedCase {
  const { observation, status } = looked;
  if (observation === undefined) throw new UsageError(couldNotRun(status) ?? 'nothing was asked');
  return {
    probe: { target: targetOf(spec.target, namespace), namespace, name, ...sent },
    observation,
    ...read,
    diagnose: diagnoseOptions(spec),
    judged: judgedFrom(status),
  };
}

/** What came of a bundle. */
export interface Bundled {
  readonly status: StatusProbeStatus;
  /** Whether the folder is judged as the target was; it is not where a look was cut off by the time limit. */
  readonly isFaithful: boolean;
}

/** Diagnoses a target and writes all that was read as a folder. */
export async function bundle(
  target: string,
  config: BundleConfig,
  telling: { readonly version: string; tell(text: string): void },
): Promise<Bundled> {
  const { client, namespace, close } = await openCluster(config, telling.version);
  try {
    let read: Recorded | undefined;
    const through = (sources: Sources): Sources => {
      const { sources: asked, recording } = recorded(sources);
      const { headers, bodyBytes } = sources.probe;
      const sent = { ...(headers && { headers }), ...(bodyBytes === undefined ? {} : { bodyBytes }) };
      read = { settings: sources.settings, recording, sent };
      return asked;
    };
    const parts = { namespace, loadProbe: (where: string, name: string) => loadProbe(client, where, name) };
    const probe = await probeFor({ ...config, target }, parts);
    const looked = await lookOnce(probe, client, config, { ...telling, through, seen: redacted });
    if (looked === undefined) throw new UsageError('the look was cut short');
    await writeCase(config.to, caseOf(probe, looked, read)).catch(refuseFolder);
    const again = await judgeFolder(undefined, { from: config.to });
    return {
      status: looked.status,
      isFaithful: JSON.stringify(again.status) === JSON.stringify(looked.status),
    };
  } finally {
    close();
  }
}
