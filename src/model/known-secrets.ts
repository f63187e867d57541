export function scrub(text: string): string {
  return text;
}
