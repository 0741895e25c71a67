/** Tells those who wait for something that they may look again. */
export class News {
  readonly #waiting = new Set<() => void>();

  /** Lets everybody who waits look again. */
  tell(): void {
    for (const look of [...this.#waiting]) look();
  }

  /**
   * Resolves as soon as `reached` answers true; asked again with all news. Rejects when it throws, or when that takes
   * longer than `limitMs`.
   */
  async until(what: string, limitMs: number, reached: () => boolean): Promise<void> {
    let limit: NodeJS.Timeout | undefined;
    let look = (): void => {};
    try {
      await new Promise<void>((resolve, reject) => {
        limit = setTimeout(() => reject(new Error(`${what}: not within ${limitMs} ms`)), limitMs);
        look = () => {
          try {
            if (reached()) resolve();
          } catch (error) {
            reject(error);
          }
        };
        this.#waiting.add(look);
        look();
      });
    } finally {
      clearTimeout(limit);
      this.#waiting.delete(look);
    }
  }
}
