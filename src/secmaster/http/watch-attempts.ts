import type { Dispatcher } from 'undici';

/** One attempt of a request; a retried request has several. */
export interface AttemptWatcher {
  /** The head of a response has arrived. */
  onAnswer(httpStatus: number, headers: Dispatcher.ResponseData['headers']): void;
  /** Called once, when the body has been read to its end or the attempt has failed. */
  onEnd(error: Error | null): void;
}

/** An interceptor below undici's retry, so that it sees each attempt. */
export function watchAttempts(watch: () => AttemptWatcher): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    const watcher = watch();
    return dispatch(options, {
      onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
      onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
      onRequestSent: () => handler.onRequestSent?.(),
      onBodySent: (chunk) => handler.onBodySent?.(chunk),
      onResponseStart(controller, status, headers, statusText) {
        if (status >= 200) watcher.onAnswer(status, headers);
        handler.onResponseStart?.(controller, status, headers, statusText);
      },
      onResponseData: (controller, chunk) => handler.onResponseData?.(controller, chunk),
      onResponseEnd(controller, trailers) {
        watcher.onEnd(null);
        handler.onResponseEnd?.(controller, trailers);
      },
      onResponseError(controller, error) {
        watcher.onEnd(error);
        handler.onResponseError?.(controller, error);
      },
    });
  };
}
