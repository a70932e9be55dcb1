/**
 * A page of the installed system: the real client library, in a worker of its own, since the library leaves timers
 * behind. Told where to connect and how, it posts what it is told.
 *
 * @module
 */
import { io, type Socket } from "socket.io-client";

/** What a page is told to do: to connect, or to leave. */
export type PageOrder =
  | { readonly url: string; readonly transports: readonly string[] }
  | "leave";

/** What a page posts: an event with its arguments, the transport in use, that it has left or could not come. */
export type PagePost =
  | { readonly event: string; readonly values: readonly unknown[] }
  | { readonly transport: string }
  | "left"
  | "failed";

interface WorkerScope {
  onmessage: ((message: MessageEvent<PageOrder>) => void) | null;
  postMessage(post: PagePost): void;
}

const scope = self as unknown as WorkerScope;
let socket: Socket | undefined;

function connect(url: string, transports: readonly string[]): Socket {
  const made = io(url, {
    transports: [...transports],
    forceNew: true,
    reconnection: false,
  });
  made.onAny((event, ...values) => scope.postMessage({ event, values }));
  made.on("connect_error", () => scope.postMessage("failed"));
  made.on("connect", () => {
    const { engine } = made.io;
    const tell = () => scope.postMessage({ transport: engine.transport.name });
    engine.on("upgrade", tell);
    tell();
  });
  return made;
}

scope.onmessage = ({ data }) => {
  if (data !== "leave") {
    socket = connect(data.url, data.transports);
    return;
  }
  socket?.io.engine.on("close", () => scope.postMessage("left"));
  socket?.disconnect();
};
