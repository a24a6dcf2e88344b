package io.reseal.testkit;

import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * One accepted connection of a {@link RecordingOrigin}, seen by the script that serves it.
 *
 * <p>The script runs on a thread of its own; what was recorded may be read from any thread.
 */
public final class OriginConnection {
  private static final int RECORDED_BYTES = 1 << 20;

  private final RecordingOrigin origin;
  private final int index;
  private final Socket raw;
  private final ByteArrayOutputStream recorded = new ByteArrayOutputStream();
  private final AtomicLong receivedBytes = new AtomicLong();
  private final AtomicLong sentBytes = new AtomicLong();
  private final CompletableFuture<End> end = new CompletableFuture<>();
  private Socket socket;
  private WireReader reader;
  private boolean over;
  private volatile @Nullable IOException handshakeFailure;

  OriginConnection(RecordingOrigin origin, int index, Socket raw) throws IOException {
    this.origin = origin;
    this.index = index;
    this.raw = raw;
    this.socket = raw;
    this.reader = new WireReader(new Recorder(raw.getInputStream()));
  }

  /** Answers the handshake; what follows is recorded decrypted. */
  void startTls(SSLSocket secured) throws IOException {
    try {
      secured.startHandshake();
    } catch (IOException e) {
      handshakeFailure = e;
      throw e;
    }
    socket = secured;
    reader = new WireReader(new Recorder(secured.getInputStream()));
  }

  /** From 0, in the order of acceptance. */
  public int index() {
    return index;
  }

  public WireReader reader() {
    return reader;
  }

  public OutputStream out() throws IOException {
    return socket.getOutputStream();
  }

  public RecordingOrigin origin() {
    return origin;
  }

  /** Sends these characters as the bytes they are in ISO 8859-1. */
  public void send(String text) throws IOException {
    send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  public void send(byte[] bytes) throws IOException {
    out().write(bytes);
    out().flush();
    sentBytes.addAndGet(bytes.length);
  }

  /** Sends the first bytes of the {@link Pattern}, counting what the socket took. */
  public void sendPattern(long length) throws IOException {
    OutputStream counting = new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int count) throws IOException {
        for (int done = 0; done < count; done += 8192) {
          int part = Math.min(8192, count - done);
          out().write(bytes, offset + done, part);
          sentBytes.addAndGet(part);
        }
      }
    };
    Pattern.write(counting, length);
    out().flush();
  }

  /** Reads the body of this request, records the request, and sends these bytes as the answer. */
  public void respond(MessageHead head, String raw) throws IOException {
    receive(head);
    send(raw);
  }

  /** Reads the body of this request to its end and records the request. */
  public RecordedRequest receive(MessageHead head) throws IOException {
    WireReader.Body body = reader.requestBody(head);
    byte[] bytes = body.readAllBytes();
    RecordedRequest request = new RecordedRequest(index, head, bytes, body.trailers());
    origin.record(request);
    return request;
  }

  /** FIN, over TLS after a close_notify; nothing more is read. */
  public void close() throws IOException {
    over = true;
    socket.close();
  }

  /** FIN without the close_notify that TLS asks for. */
  public void truncate() throws IOException {
    over = true;
    raw.close();
  }

  /** RST. */
  public void reset() throws IOException {
    over = true;
    raw.setSoLinger(true, 0);
    raw.close();
  }

  /** FIN of our direction only. */
  public void halfClose() throws IOException {
    socket.shutdownOutput();
  }

  /** Reads and drops until the peer ends its direction. */
  public End awaitEnd() {
    over = true;
    End seen = Ends.drain(reader.rest(), OutputStream.nullOutputStream());
    ended(seen);
    return seen;
  }

  boolean isOver() {
    return over || raw.isClosed();
  }

  void ended(End how) {
    end.complete(how);
  }

  /** How the connection ended, as far as its script has seen; waits for the script to end. */
  public End end() throws Exception {
    return end.get(RecordingOrigin.DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  public boolean hasEnded() {
    return end.isDone();
  }

  /** The number of bytes received so far, decrypted. */
  public long receivedBytes() {
    return receivedBytes.get();
  }

  /** The number of bytes that the socket has taken from this script. */
  public long sentBytes() {
    return sentBytes.get();
  }

  /** Everything received so far, decrypted; the first MiB of it. */
  public byte[] received() {
    synchronized (recorded) {
      return recorded.toByteArray();
    }
  }

  public String receivedText() {
    return new String(received(), StandardCharsets.ISO_8859_1);
  }

  /** Why the TLS handshake failed; null where it did not, or there was none. */
  public @Nullable IOException handshakeFailure() {
    return handshakeFailure;
  }

  /** The server name that the client sent, or empty. */
  public String serverName() {
    if (socket instanceof SSLSocket secured
        && secured.getSession() instanceof ExtendedSSLSession session) {
      List<SNIServerName> names = session.getRequestedServerNames();
      return names.isEmpty()
          ? ""
          : new String(names.getFirst().getEncoded(), StandardCharsets.US_ASCII);
    }
    return "";
  }

  /** The TLS version in use, or empty. */
  public String protocol() {
    return socket instanceof SSLSocket secured ? secured.getSession().getProtocol() : "";
  }

  /** The application protocol agreed by ALPN, or empty. */
  public String applicationProtocol() {
    return socket instanceof SSLSocket secured ? secured.getApplicationProtocol() : "";
  }

  private final class Recorder extends FilterInputStream {
    Recorder(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count = in.read(target, offset, length);
      if (count > 0) {
        receivedBytes.addAndGet(count);
        synchronized (recorded) {
          int kept = Math.min(count, RECORDED_BYTES - recorded.size());
          recorded.write(target, offset, Math.max(0, kept));
        }
      }
      return count;
    }
  }
}
