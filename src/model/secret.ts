import { inspect } from 'node:util';
import { keepSecret } from './known-secrets.ts';

/** A value that always prints as `<secret>`; only `reveal` returns it. */
export class Secret {
  readonly #value: string;

  /** @param secrets what of it must not be shown anywhere */
  constructor(value: string, secrets: readonly string[] = [value]) {
    for (const secret of secrets) keepSecret(secret);
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
