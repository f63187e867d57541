import { html } from 'hono/html';

type Html = ReturnType<typeof html>;

/**
 * A table that becomes a list of cards on a narrow screen. It has explicit roles, because a table with another `display` is no longer a
 * table to a screen reader.
 */
export function table(caption: string, head: readonly string[], rows: readonly (readonly Html[])[]): Html {
  return html`<table role="table">
    <caption class="hidden">${caption}</caption>
    <thead role="rowgroup">
      <tr role="row">${head.map((title) => html`<th role="columnheader" scope="col">${title}</th>`)}</tr>
    </thead>
    <tbody role="rowgroup">
      ${rows.map(
        (
          cells,
        ) => html`<tr role="row">${cells.map((cell, i) => html`<td role="cell" data-title="${head[i] ?? ''}"><div>${cell}</div></td>`)}</tr>
      `,
      )}
    </tbody>
  </table>`;
}
