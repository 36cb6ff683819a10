import type { DiagnoseParts } from '../cli/diagnose.ts';
import { UsageError } from '../cli/usage-error.ts';
import { openCluster } from './opened-cluster.ts';
import { type LookConfig, loadProbe, lookOnce } from './own-look.ts';
import { type FolderConfig, judgeFolder } from './saved-folder.ts';
import { readLinks } from './settings.ts';

export interface DiagnoseConfig extends LookConfig, Partial<Omit<FolderConfig, 'namespace'>> {
  readonly links?: string;
}

type Opened = DiagnoseParts & { close(): void };

interface Telling {
  readonly version: string;
  tell(text: string): void;
}

/** Opens what the flags name: a folder, or a cluster. */
export function openDiagnosis(
  target: string | undefined,
  config: DiagnoseConfig,
  telling: Telling,
): Promise<Opened> {
  const { from } = config;
  if (from !== undefined) return openFolder(target, { ...config, from });
  const unfit = (['observation', 'code'] as const).find((flag) => config[flag] !== undefined);
  if (unfit !== undefined)
    throw new UsageError(`--${unfit} goes with --from: give the folder that is judged`);
  return openLook(config, telling);
}

async function openLook(config: DiagnoseConfig, telling: Telling): Promise<Opened> {
  const links = await readLinks(config.links);
  const { client, namespace, close } = await openCluster(config, telling.version);
  return {
    namespace,
    loadProbe: (where, name) => loadProbe(client, where, name),
    look: async (probe, signal) =>
      (await lookOnce(probe, client, config, { ...telling, links, ...(signal && { signal }) }))?.status,
    close,
  };
}

const notFromFolder = (): never => {
  throw new UsageError('a saved folder is judged once: leave --watch away');
};

async function openFolder(target: string | undefined, config: FolderConfig): Promise<Opened> {
  const { status, namespace } = await judgeFolder(target, config);
  return { namespace, saved: status, loadProbe: notFromFolder, look: notFromFolder, close: () => undefined };
}
