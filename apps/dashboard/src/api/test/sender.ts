import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A sender that writes its request byte by byte as a test says. */
export interface Sender {
  write(text: string): void;
  /** All that came back until the other side closes. */
  untilClosed(): Promise<string>;
  /** Waits until what came back matches. */
  untilAnswered(pattern: RegExp): Promise<string>;
  /** Goes away without a word. */
  leave(): void;
}

/** Connects and sends the head of a form's upload. */
export const openSender = async (
  url: string,
  { path, key, length }: { path: string; key: string; length?: number },
): Promise<Sender> => {
  const { hostname, port } = new URL(url);
  const socket: Socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  let heard = '';
  socket.on('data', (chunk: Buffer) => {
    heard += chunk.toString();
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const changed = () => Promise.race([new Promise((resolve) => socket.once('data', resolve)), closed]);
  // What is sent to a closed connection fails; that it was closed is what is tested.
  socket.on('error', () => undefined);
  const body = length === undefined ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`;
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${key}\r\nContent-Type: multipart/form-data; boundary=b\r\n${body}\r\n\r\n`,
  );
  return {
    write: (text) => void socket.write(text),
    untilClosed: async () => {
      await closed;
      return heard;
    },
    untilAnswered: async (pattern) => {
      while (!pattern.test(heard)) {
        if (socket.closed) throw new Error(`closed after: ${heard}`);
        await changed();
      }
      return heard;
    },
    leave: () => void socket.destroy(),
  };
};

/** The beginning of a form, up to the bytes of its file. */
export const fileHead =
  '--b\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="talk.mp3"\r\n\r\n';
