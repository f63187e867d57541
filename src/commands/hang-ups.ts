// Read by old versions of Node.js too: see ../main.ts.

/** SIGHUP asks for a reload. By default it would end the process, also one that is just starting. */
export interface HangUps {
  /** Calls `reload` for each from now on, and at once for those before. */
  onEach(reload: () => void): void;
  /** Lets it end the process, as usual for programs that are not services. */
  release(): void;
}

export function catchHangUps(): HangUps {
  let isWaiting = false;
  let take = () => {
    isWaiting = true;
  };
  const onSignal = () => take();
  process.on('SIGHUP', onSignal);
  return {
    onEach(reload) {
      take = reload;
      if (isWaiting) reload();
      isWaiting = false;
    },
    release() {
      process.off('SIGHUP', onSignal);
      if (isWaiting) process.kill(process.pid, 'SIGHUP');
    },
  };
}
