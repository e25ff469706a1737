/** The YAML language server that VS Code, neovim and others start, as such an editor drives it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  createProtocolConnection,
  DidOpenTextDocumentNotification,
  CompletionRequest,
  HoverRequest,
  InitializeRequest,
  InitializedNotification,
  PublishDiagnosticsNotification,
  RegistrationRequest,
  WorkspaceFoldersRequest,
  ConfigurationRequest,
  type CompletionItem,
  type Diagnostic,
  type Hover,
  type Position,
} from 'vscode-languageserver-protocol/node';

const ROOT = join(import.meta.dirname, '../../..');
const SERVER = join(ROOT, 'node_modules/yaml-language-server/bin/yaml-language-server');

export class LanguageServer {
  readonly #child = spawn(process.execPath, [SERVER, '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  readonly #connection = createProtocolConnection(this.#child.stdout, this.#child.stdin);
  readonly #waiting = new Map<string, (found: Diagnostic[]) => void>();
  #opened = 0;

  /** `schemas`: a setting of the editor, which files have which schema. */
  static async start(schemas: Record<string, string> = {}): Promise<LanguageServer> {
    const server = new LanguageServer();
    await server.#begin(schemas);
    return server;
  }

  async #begin(schemas: Record<string, string>): Promise<void> {
    // No schema from the web.
    const yaml = {
      validate: true,
      hover: true,
      completion: true,
      schemas,
      schemaStore: { enable: false },
    };
    const connection = this.#connection;
    connection.onNotification(PublishDiagnosticsNotification.type, ({ uri, diagnostics }) => {
      this.#waiting.get(uri)?.(diagnostics);
    });
    connection.onRequest(ConfigurationRequest.type, ({ items }) =>
      items.map(({ section }) => (section === 'yaml' ? yaml : {})),
    );
    connection.onRequest(WorkspaceFoldersRequest.type, () => null);
    connection.onRequest(RegistrationRequest.type, () => undefined);
    connection.listen();
    await connection.sendRequest(InitializeRequest.type, {
      processId: process.pid,
      rootUri: pathToFileURL(ROOT).href,
      capabilities: {
        workspace: { configuration: true },
        textDocument: {
          completion: { completionItem: { snippetSupport: true } },
          hover: { contentFormat: ['markdown'] },
        },
      },
      workspaceFolders: null,
    });
    await connection.sendNotification(InitializedNotification.type, {});
  }

  /** Opens a text as a file of its own, in a folder beside `schemas`. */
  async open(text: string): Promise<string> {
    const uri = pathToFileURL(join(ROOT, `editor-${++this.#opened}`, 'lab.fleet.yaml')).href;
    await this.#connection.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId: 'yaml', version: 1, text },
    });
    return uri;
  }

  /** What the server marks in a text. It looks a moment after the last change. */
  async marks(text: string): Promise<Diagnostic[]> {
    const { promise, resolve } = Promise.withResolvers<Diagnostic[]>();
    this.#waiting.set(await this.open(text), resolve);
    return await promise;
  }

  async complete(uri: string, position: Position): Promise<CompletionItem[]> {
    const found = await this.#connection.sendRequest(CompletionRequest.type, {
      textDocument: { uri },
      position,
    });
    return Array.isArray(found) ? found : (found?.items ?? []);
  }

  async hover(uri: string, position: Position): Promise<string> {
    const hover: Hover | null = await this.#connection.sendRequest(HoverRequest.type, {
      textDocument: { uri },
      position,
    });
    const contents = hover?.contents;
    return contents !== undefined && typeof contents === 'object' && 'value' in contents
      ? contents.value
      : '';
  }

  async stop(): Promise<void> {
    this.#connection.dispose();
    const closed = once(this.#child, 'close');
    this.#child.kill();
    await closed;
  }
}
