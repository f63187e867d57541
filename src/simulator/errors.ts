/** The four shapes in which Huawei Cloud writes an error (docs/secmaster-api.md#shapes). */
export type ErrorShape = 'soc' | 'service' | 'gateway' | 'iam';

export interface Problem {
  readonly problem: true;
  readonly status: number;
  readonly shape: ErrorShape;
  readonly code: string;
  readonly message: string;
}

/** An error of SecMaster itself: status 400 where nothing else is known. */
export function socProblem(code: string, message: string, status = 400): Problem {
  return { problem: true, status, shape: 'soc', code, message };
}

export function gatewayProblem(status: number, code: string, message: string): Problem {
  return { problem: true, status, shape: 'gateway', code, message };
}

export function iamProblem(status: 400 | 401 | 403 | 404, message: string): Problem {
  const title = { 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found' }[status];
  return { problem: true, status, shape: 'iam', code: title, message };
}

export function isProblem(value: object): value is Problem {
  return 'problem' in value;
}

export function errorBody({ shape, status, code, message }: Problem, requestId: string): Record<string, unknown> {
  switch (shape) {
    case 'soc':
      return { code, message };
    case 'service':
      return { error_code: code, error_msg: message };
    case 'gateway':
      return { error_msg: message, error_code: code, request_id: requestId };
    case 'iam':
      return { error: { code: status, message, title: code } };
  }
}
