export interface Body {
  readonly text: string;
  readonly end: 'whole' | 'too_large' | 'cut';
}

/** Never fails: returns what has arrived, and how it ended. */
export async function readBody(stream: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Body> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let end: Body['end'] = 'whole';
  try {
    for await (const chunk of stream) {
      bytes += chunk.length;
      if (bytes > maxBytes) {
        // Leaving the loop destroys the stream, and the connection with it.
        end = 'too_large';
        break;
      }
      chunks.push(chunk);
    }
  } catch {
    end = 'cut';
  }
  return { text: new TextDecoder().decode(Buffer.concat(chunks)), end };
}
