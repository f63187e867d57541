import { inspect } from 'node:util';
import { keepSecret } from './known-secrets.ts';

/** A value that always prints as `<secret>`; only `reveal` returns it. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    keepSecret(value);
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '<secret>';
  }

  toJSON(): string {
    return '<secret>';
  }

  [inspect.custom](): string {
    return '<secret>';
  }
}
