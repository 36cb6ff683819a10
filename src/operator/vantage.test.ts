import { describe, expect, it } from 'vitest';
import { createVantage } from './vantage.ts';

/** A replica that reaches DNS and the API server, or not. */
function replica(reaches: { dns: boolean; apiServer: boolean }) {
  const state = { now: 0, asked: 0, ...reaches };
  const answer = async (reached: boolean) => {
    state.asked += 1;
    if (!reached) throw new Error('no answer');
  };
  const whyBlind = createVantage({
    askDNS: () => answer(state.dns),
    askAPIServer: () => answer(state.apiServer),
    now: () => state.now,
  });
  return { state, whyBlind };
}

describe('a replica is cut off', () => {
  it('when it reaches neither DNS nor the API server', async () => {
    expect(await replica({ dns: false, apiServer: false }).whyBlind()).toMatch(
      /neither cluster DNS nor the API server/,
    );
  });

  it.each([
    { dns: true, apiServer: true },
    { dns: false, apiServer: true },
    { dns: true, apiServer: false },
  ])('but not with %j, which may really be down', async (reaches) => {
    expect(await replica(reaches).whyBlind()).toBeUndefined();
  });
});

it('asks once for all probes that fail together, and again after 5 seconds', async () => {
  const { state, whyBlind } = replica({ dns: false, apiServer: false });
  await Promise.all([whyBlind(), whyBlind(), whyBlind()]);
  expect(state.asked).toBe(2);
  state.now = 4_999;
  await whyBlind();
  expect(state.asked).toBe(2);
  Object.assign(state, { now: 5_000, dns: true });
  expect(await whyBlind()).toBeUndefined();
  expect(state.asked).toBe(4);
});
