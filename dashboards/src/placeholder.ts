/** What Grafana fills in when it asks or draws, such as `${workspace:regex}`. */
export const placeholder = (content: string): string => `$\{${content}}`;
