/** The serial consoles and screens of a host's domains. */

/** A place in a console's log. */
export interface LogPosition {
  /** Tells one file from another, whatever its name by now; empty: the first that there will be. */
  file: string;
  position: number;
}

/** Some bytes of a console's log, all in one file. */
export interface ConsolePiece {
  start: LogPosition;
  bytes: Uint8Array;
}

/** Reads a console's log again and again, through rotations. */
export interface ConsoleReader {
  /** Where the next byte will be. */
  readonly position: LogPosition;
  /**
   * What has been said since the last call, a part of it at a time: call again until nothing comes.
   * No log yet is nothing said. @throws VenError `host-not-ready` (it may not be read),
   * `tool-failed`
   */
  read(): ConsolePiece[];
  /** Overwrites what a node echoed and must not be kept. Returns why it could not, or null. */
  mask(at: LogPosition, length: number): string | null;
  close(): void;
}

export interface TypeRequest {
  /** Of a domain that runs. */
  uuid: string;
  /** A carriage return is typed after it. */
  text: string;
  /** Whether it still should be typed. Asked with `now` right before it is. */
  wanted: (now: boolean) => boolean;
  signal: AbortSignal;
}

/** `busy`: another client is attached. With `busy` and `unwanted` nothing was typed. */
export type TypeOutcome = 'typed' | 'busy' | 'unwanted';

export interface AttachRequest {
  uuid: string;
  /** The control character that leaves, as `^]`. */
  escape: string;
  signal: AbortSignal;
}

export interface Screen {
  uuid: string;
  /** What its VNC server listens on, as libvirt says. */
  listen: string;
  port: number;
}

/**
 * Domains are named here, not their UUIDs: libvirt's logs have their names. All reject, and throw,
 * with a `VenError`.
 */
export interface Consoles {
  /**
   * Whether what these domains say, or will, can be read from here; of none: whether any could be.
   * @throws VenError `host-not-ready`
   */
  checkAccess(domains: readonly string[]): void;
  /**
   * Of a host that is another machine: has the methods below, and `Host.lastStart`, know what these
   * domains have said until now. On this machine they always do. Also masks there what was masked.
   * @throws VenError
   */
  fetch(domains: readonly string[]): Promise<void>;
  /**
   * All that the log holds, oldest first, then null. With `follow` what comes next, and null again
   * whenever nothing more came for a moment: through rotation, restarts of the VM, and the log's
   * deletion. Ends quietly when `signal` is aborted.
   * @throws VenError `not-found` (no log, without `follow`), `host-not-ready` (it may not be read)
   */
  read(
    domain: string,
    options: { follow: boolean; signal?: AbortSignal | undefined },
  ): AsyncIterable<Uint8Array | null>;
  /** `from` null, or a file that is gone: from the oldest byte. */
  follow(domain: string, from: LogPosition | null): ConsoleReader;
  /** Where what is said from now on will be. @throws VenError as `ConsoleReader.read` */
  end(domain: string): LogPosition;
  /**
   * Types the text and a carriage return.
   * @throws VenError `tool-failed` (it may pass), `host-not-ready`, `interrupted`. Nothing of the
   * text is in it.
   */
  type(request: TypeRequest): Promise<TypeOutcome>;
  /**
   * Attaches this terminal to COM1 of a running domain, until the escape character is typed or the
   * VM stops. The terminal is then as it was. Resolves to whether the VM still runs.
   */
  attach(request: AttachRequest): Promise<'running' | 'stopped'>;
  /**
   * Starts a program of this machine that shows a screen, and lives on after us. Resolves to its
   * name; null: there is none, or no display. @throws VenError `tool-failed` when it ends at once
   */
  openViewer(screen: Screen): Promise<string | null>;
  /**
   * Deletes what libvirt logged of the fleet's domains, but for those that are there still.
   * @throws VenError `tool-failed`, naming the files that may not be deleted, and the folders that
   * may not be listed
   */
  deleteLogs(): Promise<void>;
}
