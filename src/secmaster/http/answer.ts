import { type Answer, type Asked, notJsonError, statusError } from './answer-error.ts';
import { readBody } from './body.ts';
import type { Endpoint } from './endpoint.ts';
import { SecMasterError } from './errors.ts';
import type { Signable } from './sign.ts';

export interface HttpRequest extends Signable, Asked {
  readonly endpoint: Endpoint;
  /** Whether it waits until no other request does. */
  readonly isSpare?: boolean;
  /** Whether the response is plain text instead of JSON. */
  readonly isText?: boolean;
}

export interface JsonAnswer extends Answer {
  /** null if the response is plain text. */
  readonly json: unknown;
}

/** A response whose head has arrived. */
export interface Response extends Omit<Answer, 'text'> {
  readonly body: AsyncIterable<Uint8Array>;
}

const maxBodyBytes = 16 * 1024 * 1024;
/** Of a response whose status is an error. */
const maxErrorBytes = 64 * 1024;

/** Reads the body to its end; a body that is not JSON is an error, unless text was asked for. */
export async function readAnswer(request: HttpRequest, { body, ...head }: Response): Promise<JsonAnswer> {
  const isOk = head.httpStatus >= 200 && head.httpStatus < 300;
  const { text, end } = await readBody(body, isOk ? maxBodyBytes : maxErrorBytes);
  const answer = { ...head, text };
  if (!isOk) throw statusError(request, answer);
  if (end !== 'whole') throw bodyError(request, answer, end);
  return { ...answer, json: request.isText ? null : parseJson(request, answer) };
}

function parseJson(request: HttpRequest, answer: Answer): unknown {
  try {
    return JSON.parse(answer.text);
  } catch {
    throw notJsonError(request, answer);
  }
}

function bodyError(
  { operation, endpoint }: HttpRequest,
  { httpStatus }: Answer,
  end: 'too_large' | 'cut',
): SecMasterError {
  const problem =
    end === 'cut'
      ? 'was cut off: check network and proxy'
      : `is larger than ${maxBodyBytes / 1024 / 1024} MiB: check endpoint and proxy`;
  const message = `the response from ${endpoint.host} ${problem}`;
  return new SecMasterError(end === 'cut' ? 'body_cut' : 'body_too_large', operation, message, { httpStatus });
}
