/** A client of the echo service for a page. */

export interface Note {
  readonly content: unknown;
}

export class EchoError extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

export class EchoClient {
  constructor(private readonly address: string, private readonly seconds = 5) {}

  async echo(value: unknown): Promise<unknown> {
    return await this.call("POST", "/echo", value);
  }

  async keep(value: unknown): Promise<void> {
    await this.call("PUT", "/notes", value);
  }

  async note(): Promise<Note | undefined> {
    try {
      return { content: await this.call("GET", "/notes") };
    } catch (error) {
      if (error instanceof EchoError && error.status === 404) {
        return undefined;
      }
      throw error;
    }
  }

  private async call(method: string, path: string, value?: unknown): Promise<unknown> {
    const reply = await fetch(this.address + path, {
      method,
      body: value === undefined ? undefined : JSON.stringify(value),
      signal: AbortSignal.timeout(1000 * this.seconds),
    });
    if (!reply.ok) {
      throw new EchoError(reply.status, await reply.text());
    }
    return await reply.json();
  }
}
