import { found, type Lookup } from '../../diagnosis/model/lookup.ts';

/** More than this many are not looked at: an account has 50 load balancers unless AWS was asked for more. */
const MAXIMUM_PAGES = 5;

/** All pages of a list, or the reason why one of them could not be had. */
export async function pages<Page extends { NextMarker?: string | undefined }>(
  fetchPage: (marker: { Marker?: string }) => Promise<Lookup<Page>>,
): Promise<Lookup<readonly Page[]>> {
  const read: Page[] = [];
  for (let marker: { Marker?: string } = {}; read.length < MAXIMUM_PAGES; ) {
    const page = await fetchPage(marker);
    if (!page.ok) return page;
    read.push(page.value);
    if (!page.value.NextMarker) break;
    marker = { Marker: page.value.NextMarker };
  }
  return found(read);
}
