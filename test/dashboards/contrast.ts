/** How well Grafana's text can be read on a background: by WCAG, from 1 to 21; text needs 4.5. */

const dark = '#202226';
const light = '#F7F8FA';

/** As Grafana writes on a background that is not transparent, in either theme: `getTextColorForAlphaBackground` of @grafana/ui. */
export function textOn(background: string): string {
  const [red, green, blue] = channels(background);
  return (red * 299 + green * 587 + blue * 114) / 1000 > 180 ? dark : light;
}

export function contrast(a: string, b: string): number {
  const [lighter = 0, darker = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = channels(colour).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** @throws of anything but `#RRGGBB` */
function channels(colour: string): [number, number, number] {
  if (!/^#[0-9A-F]{6}$/i.test(colour)) throw new Error(`not #RRGGBB: ${colour}`);
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return [red ?? 0, green ?? 0, blue ?? 0];
}
