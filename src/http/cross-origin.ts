/**
 * Whether a browser sends the request for a page of another origin, which may be any page that its user has open. Programs such as curl
 * send none of these headers, and no page can forge `Sec-Fetch-Site`, or `X-Forwarded-Host` without being asked for permission first.
 *
 * @param headers names in lower case
 */
export function isFromElsewhere(headers: Readonly<Record<string, string | undefined>>): boolean {
  const { referer, origin = referer, host, 'sec-fetch-site': site, 'x-forwarded-host': forwarded = '' } = headers;
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  // Old browsers send only the page's address.
  if (origin === undefined) return false;
  const ours = [host, ...forwarded.split(',')].map((one) => one?.trim().toLowerCase());
  // With the port where it is not the scheme's own, as in `Host`. A sandboxed page has the origin `null`.
  const theirs = URL.parse(origin)?.host ?? '';
  return theirs === '' || !ours.includes(theirs);
}
