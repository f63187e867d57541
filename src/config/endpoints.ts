/** Where SecMaster and IAM are: default hosts by region, and what may replace them. */

/** Checks the form only, because Huawei Cloud adds regions. */
export function isRegion(text: string): boolean {
  return /^[a-z]{2}-[a-z]+-[1-9]\d{0,2}$/.test(text);
}

/** The regions of Huawei Cloud Europe have their own domain (docs/secmaster-api.md#regions-and-endpoints). */
export function defaultEndpoint(service: 'secmaster' | 'iam', region: string): string {
  return `https://${service}.${region}.myhuaweicloud.${region.startsWith('eu-west-1') ? 'eu' : 'com'}`;
}

/** A URL of scheme, host and port, and at most a slash at its end; null for any other text. */
export function parseOrigin(text: string): URL | null {
  return /^https?:\/\/[^\s/?#@\\]+\/?$/i.test(text) ? URL.parse(text) : null;
}

export function isLoopback(url: URL): boolean {
  return /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
}

export function isLinkLocal(url: URL): boolean {
  return /^169\.254\.\d+\.\d+$/.test(url.hostname);
}

/** The same on every ECS and CCE node, and reachable only from there (docs/secmaster-api.md#metadata-service). */
export const defaultMetadataEndpoint = 'http://169.254.169.254';
