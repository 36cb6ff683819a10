import { isGateway } from '../../diagnosis/model/answering.ts';
import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import { found } from '../../diagnosis/model/lookup.ts';
import type { Observation } from '../../diagnosis/model/observation.ts';
import { tellingLine } from '../../diagnosis/model/stack-trace.ts';
import { redact } from '../redact.ts';
import type { SlotReader } from '../slot-context.ts';
import { selectionOf } from './selected-by.ts';

const HTML = /^\s*<(?:!doctype html|html|head|body|h1|title)\b/i;
const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': ' ',
  '&amp;': '&',
};

/** What people read of a page. */
const readable = (page: string): string =>
  page
    .replace(/<(script|style)\b[\s\S]*?(?:<\/\1>|$)/gi, ' ')
    .replace(/<br\b[^>]*>|<\/(?:p|div|h\d|li|tr|title|pre)>/gi, '\n')
    .replace(/<[^>]*>?/g, ' ')
    .replace(/&(?:lt|gt|quot|#39|nbsp|amp);/g, (entity) => ENTITIES[entity] ?? entity);

/** The line that says why, else all of it on one line. */
function summaryOf(body: string): string {
  const text = HTML.test(body) ? readable(body) : body;
  return (tellingLine(text.split('\n')) ?? text).replace(/\s+/g, ' ').trim();
}

/** A gateway's page says what its code says. */
const isFromGateway = ({ answeredBy }: Observation): boolean =>
  isGateway(answeredBy) && answeredBy?.confidence === 'High';

/** As log lines are: shown only of the probe's own namespace, and only where the probe and the operator allow it. */
export const readAnswerText: SlotReader<'answerText'> = async (context) => {
  const { settings, readLog, probe, observation } = context;
  const { code = 0, bodyStart = '' } = observation;
  if (!settings.podLogs.enabled || readLog === undefined) return NOT_APPLICABLE;
  if (code < 400 || isFromGateway(observation)) return NOT_APPLICABLE;
  const selection = await selectionOf(context);
  if (!selection.ok) return selection;
  const text = redact(summaryOf(bodyStart));
  return selection.value.namespace === probe.namespace && text !== '' ? found(text) : NOT_APPLICABLE;
};
