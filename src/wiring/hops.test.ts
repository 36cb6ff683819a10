import { describe, expect, it } from 'vitest';
import type { ProbeRequest } from '../probe/request.ts';
import { hopRequest, openParts } from './hops.ts';

const REQUEST: ProbeRequest = {
  url: 'https://shop.test/cart?id=1',
  method: 'OPTIONS',
  headers: [
    { name: 'X-Api-Key', value: 's3cret', secret: true },
    { name: 'Accept', value: 'text/html' },
  ],
  body: 'payload',
  bodyIsSecret: true,
  basicAuth: { username: 'ann', password: 'pa55' },
  maxRedirects: 10,
  httpVersion: 'HTTP2',
  connectTo: { host: '192.0.2.1' },
  tls: { clientCertificate: { certificate: 'CERT', key: 'KEY' } },
  timeoutMilliseconds: 500,
  bodyLimit: 1000,
};

const HOP = { address: '10.244.0.5', port: 8080, scheme: 'http', path: '/inside' } as const;
const FORWARDED = { name: 'X-Forwarded-Proto', value: 'https' };

describe('a hop', () => {
  it('is asked as a router would ask it, without credentials and body', () => {
    expect(hopRequest(REQUEST, { ...HOP, withCredentials: false })).toEqual({
      url: 'http://shop.test/inside?id=1',
      method: 'OPTIONS',
      headers: [FORWARDED],
      maxRedirects: 0,
      httpVersion: 'HTTP1',
      connectTo: { host: '10.244.0.5', port: 8080 },
      tls: { insecureSkipVerify: true },
      timeoutMilliseconds: 500,
      bodyLimit: 1000,
    });
  });

  it('of the probe’s own namespace gets its credentials and body, but not its certificate', () => {
    expect(hopRequest(REQUEST, { ...HOP, withCredentials: true })).toMatchObject({
      headers: [...REQUEST.headers, FORWARDED],
      body: 'payload',
      bodyIsSecret: true,
      basicAuth: { username: 'ann', password: 'pa55' },
      tls: { insecureSkipVerify: true },
    });
  });

  it('that is asked for its health gets a GET for the path alone', () => {
    const request = hopRequest(REQUEST, { ...HOP, withCredentials: false, isHealthCheck: true });
    expect(request).toMatchObject({ url: 'http://shop.test/inside', method: 'GET', headers: [FORWARDED] });
    expect(request).not.toHaveProperty('body');
    expect(request).not.toHaveProperty('basicAuth');
  });

  it('over TLS speaks the probe’s HTTP version', () => {
    const request = hopRequest(REQUEST, { ...HOP, scheme: 'https', withCredentials: false });
    expect(request).toMatchObject({ url: 'https://shop.test/inside?id=1', httpVersion: 'HTTP2' });
  });
});

describe('what the evidence may know of a request', () => {
  it('are the headers that are no secrets', () => {
    const cookie = { name: 'Cookie', value: 'session=1' };
    expect(openParts({ ...REQUEST, headers: [...REQUEST.headers, cookie] })).toEqual({
      headers: { accept: 'text/html' },
    });
    expect(openParts({ ...REQUEST, headers: [cookie] })).toEqual({});
  });

  it('tell how long a body is that is no secret', () => {
    expect(openParts({ ...REQUEST, headers: [], body: 'grün', bodyIsSecret: false })).toEqual({
      bodyBytes: 5,
    });
  });
});
