/** A pause between tries of something that fails. It doubles from one failure to the next. */
export interface Rest {
  isOver(): boolean;
  /** After a failure. @returns how long it lasts now, in milliseconds */
  begin(): number;
  /** The next try may come at once. */
  end(): void;
}

/** @param elapsedMs the clock that nobody sets */
export function createRest(elapsedMs: () => number, { firstMs, maxMs }: { firstMs: number; maxMs: number }): Rest {
  let beganMs = 0;
  let lengthMs = 0;
  return {
    isOver: () => elapsedMs() - beganMs >= lengthMs,
    begin() {
      beganMs = elapsedMs();
      lengthMs = lengthMs === 0 ? firstMs : Math.min(2 * lengthMs, maxMs);
      return lengthMs;
    },
    end() {
      lengthMs = 0;
    },
  };
}
