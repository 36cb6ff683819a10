import type { AccessLogEntry } from '../../diagnosis/model/aws.ts';
import { isFromProbe, withoutQuery } from './logged-request.ts';

/** Fields are parted by spaces; those with spaces in them stand in quotes, with `\"` for a quote. */
const FIELD = /"((?:[^"\\]|\\.)*)"|(\S+)/g;

/** Up to `conn_trace_id`; newer logs have more, older ones fewer. */
const FEWEST_FIELDS = 25;

const fieldsOf = (line: string): readonly string[] =>
  [...line.matchAll(FIELD)].map(([, quoted, plain]) => quoted ?? plain ?? '');

const set = <Name extends string>(
  name: Name,
  value: string | undefined,
): { readonly [K in Name]?: string } =>
  value === undefined || value === '-' || value === '' ? {} : ({ [name]: value } as { [K in Name]: string });

const code = (text: string | undefined): number | undefined =>
  /^\d{3}$/.test(text ?? '') ? Number(text) : undefined;

/** One line of an Application Load Balancer's access log; undefined for other senders and for what cannot be read. */
export function readAccessLogLine(line: string): AccessLogEntry | undefined {
  const fields = fieldsOf(line);
  const [, time = '', , , target, request, answer, response, status, targetStatus] = fields;
  const [asked = '', userAgent = ''] = fields.slice(12, 14);
  const elbStatusCode = code(status);
  const isUsable = fields.length >= FEWEST_FIELDS && !Number.isNaN(Date.parse(time));
  if (!isUsable || elbStatusCode === undefined || !isFromProbe(userAgent)) return undefined;
  const [method = '', url = ''] = asked.split(' ');
  const targetStatusCode = code(targetStatus);
  return {
    time,
    ...set('target', target),
    requestProcessingTime: Number(request),
    targetProcessingTime: Number(answer),
    responseProcessingTime: Number(response),
    elbStatusCode,
    ...(targetStatusCode === undefined ? {} : { targetStatusCode }),
    method,
    url: withoutQuery(url),
    userAgent,
    ...set('targetGroupARN', fields[16]),
    ...set('traceID', fields[17]),
    ...set('matchedRulePriority', fields[20]),
    actionsExecuted: (fields[22] ?? '').split(',').filter((action) => action !== '' && action !== '-'),
    ...set('errorReason', fields[24]),
    ...set('classification', fields[27]),
    ...set('classificationReason', fields[28]),
  };
}
