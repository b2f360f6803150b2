/**
 * Stands in for the package `monaco-worker-manager` (alias in vite.config.ts): its 2.0.1 calls Monaco's former `createWebWorker` and imports a
 * path that Monaco no longer exports. Only what monaco-yaml uses.
 */
interface Options {
  readonly label: string;
  readonly moduleId: string;
  readonly createData?: unknown;
}

interface Proxy {
  dispose(): void;
  withSyncedResources(resources: readonly unknown[]): Promise<unknown>;
}

interface MonacoLike {
  readonly editor: { createWebWorker(options: unknown): unknown };
}

export function createWorkerManager(monaco: MonacoLike, options: Options) {
  let data = options.createData;
  let proxy: Proxy | undefined;
  const stop = () => {
    proxy?.dispose();
    proxy = undefined;
  };
  return {
    getWorker(...resources: readonly unknown[]): Promise<unknown> {
      if (proxy === undefined) {
        const worker = self.MonacoEnvironment?.getWorker?.(options.moduleId, options.label) as Worker;
        worker.postMessage("ignore"); // the first message installs the worker's own listener
        worker.postMessage(data); // the second carries the settings
        proxy = monaco.editor.createWebWorker({ worker }) as Proxy;
      }
      return proxy.withSyncedResources(resources);
    },
    updateCreateData(next: unknown): void {
      data = next;
      stop();
    },
    dispose: stop,
  };
}
