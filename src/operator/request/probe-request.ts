import { parseDuration } from '../../api/durations.ts';
import type { RequestOptions, RequestTLS, StatusProbeSpec } from '../../api/generated.ts';
import { parseSize } from '../../api/sizes.ts';
import type { Expectation, ProbeRequest, RequestHeader, TLSSettings } from '../../probe/request.ts';
import type { Values } from './values.ts';

const USUAL_BODY_SIZE = '1Mi';

/** All of `spec.request` but the target, every reference resolved. Throws `MissingValue`. */
export async function resolveRequest(
  { request, timeout }: Pick<StatusProbeSpec, 'request' | 'timeout'>,
  values: Values,
): Promise<Omit<ProbeRequest, 'url'>> {
  const { method, maxRedirects, httpVersion, ipFamily, connectTo, compression, maxBodySize } = request;
  return {
    method,
    headers: await headersOf(request, values),
    ...(await bodyOf(request, values)),
    ...(await credentialsOf(request, values)),
    ...(await proxyOf(request, values)),
    maxRedirects,
    httpVersion,
    ...(ipFamily === undefined ? {} : { ipFamily }),
    ...(connectTo === undefined ? {} : { connectTo }),
    ...(compression === undefined ? {} : { compression }),
    tls: await tlsOf(request.tls, values),
    timeoutMilliseconds: parseDuration(timeout) ?? 0,
    bodyLimit: parseSize(maxBodySize ?? USUAL_BODY_SIZE) ?? 0,
  };
}

const headersOf = ({ headers = [] }: RequestOptions, values: Values): Promise<readonly RequestHeader[]> =>
  Promise.all(
    headers.map(async ({ name, value = '', valueFrom }) => {
      if (valueFrom === undefined) return { name, value };
      const { name: secret, key } = valueFrom.secretKeyRef;
      return { name, value: await values.secretText(secret, key), secret: true };
    }),
  );

async function bodyOf(
  { body, bodyFrom }: RequestOptions,
  values: Values,
): Promise<Pick<ProbeRequest, 'body' | 'bodyIsSecret'>> {
  if (bodyFrom === undefined) return body === undefined ? {} : { body };
  const { name, key } = bodyFrom.secretKeyRef;
  return { body: await values.bytes({ kind: 'Secret', name }, key), bodyIsSecret: true };
}

async function credentialsOf(
  { basicAuth, bearerToken, oauth2 }: RequestOptions,
  values: Values,
): Promise<Pick<ProbeRequest, 'basicAuth' | 'bearerToken' | 'oauth2'>> {
  if (basicAuth !== undefined) return { basicAuth: await userAndPassword(basicAuth.secretRef.name, values) };
  if (bearerToken !== undefined) {
    const { name, key } = bearerToken.secretKeyRef;
    return { bearerToken: await values.secretText(name, key) };
  }
  if (oauth2 === undefined) return {};
  const { tokenURL, secretRef, scopes = [] } = oauth2;
  const clientID = await values.secretText(secretRef.name, 'clientID');
  const clientSecret = await values.secretText(secretRef.name, 'clientSecret');
  return { oauth2: { tokenURL, clientID, clientSecret, scopes } };
}

const userAndPassword = async (secret: string, values: Values) => ({
  username: await values.secretText(secret, 'username'),
  password: await values.secretText(secret, 'password'),
});

async function proxyOf({ proxy }: RequestOptions, values: Values): Promise<Pick<ProbeRequest, 'proxy'>> {
  if (proxy === undefined) return {};
  const { url, secretRef } = proxy;
  return { proxy: { url, ...(secretRef && (await userAndPassword(secretRef.name, values))) } };
}

async function tlsOf(tls: RequestTLS | undefined, values: Values): Promise<TLSSettings> {
  if (tls === undefined) return {};
  const { serverName, ca, clientCertificate, insecureSkipVerify } = tls;
  return {
    ...(serverName === undefined ? {} : { serverName }),
    ...(await authoritiesOf(ca, values)),
    ...(await certificateOf(clientCertificate?.secretRef.name, values)),
    ...(insecureSkipVerify ? { insecureSkipVerify } : {}),
  };
}

async function authoritiesOf(ca: RequestTLS['ca'], values: Values): Promise<Pick<TLSSettings, 'ca'>> {
  const { secretKeyRef, configMapKeyRef } = ca ?? {};
  if (secretKeyRef !== undefined) return { ca: await values.secretText(secretKeyRef.name, secretKeyRef.key) };
  if (configMapKeyRef === undefined) return {};
  const { name, key } = configMapKeyRef;
  return { ca: await values.text({ kind: 'ConfigMap', name }, key) };
}

async function certificateOf(
  secret: string | undefined,
  values: Values,
): Promise<Pick<TLSSettings, 'clientCertificate'>> {
  if (secret === undefined) return {};
  const certificate = await values.secretText(secret, 'tls.crt');
  return { clientCertificate: { certificate, key: await values.secretText(secret, 'tls.key') } };
}

/** `spec.expect` as the prober takes it. */
export function expectationOf({ expect }: Pick<StatusProbeSpec, 'expect'>): Expectation {
  const { statusCodes, headers = [], body = {}, json = [], maxLatency, certificateValidFor } = expect;
  const latency = maxLatency === undefined ? undefined : parseDuration(maxLatency);
  const validFor = certificateValidFor === undefined ? undefined : parseDuration(certificateValidFor);
  return {
    statusCodes,
    headers,
    body: { matches: body.matches ?? [], notMatches: body.notMatches ?? [] },
    json,
    ...(latency === undefined ? {} : { maxLatencyMilliseconds: latency }),
    ...(validFor === undefined ? {} : { certificateValidForMilliseconds: validFor }),
  };
}
