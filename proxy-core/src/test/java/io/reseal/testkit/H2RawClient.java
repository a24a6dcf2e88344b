package io.reseal.testkit;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/2 client that writes any frame it is told to. It keeps no rules of its own, but answers
 * SETTINGS and PING; it opens wide windows unless told otherwise and returns no credit by itself.
 */
public final class H2RawClient implements AutoCloseable {
  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  private static final int WIDE_WINDOW = 64 << 20;
  private static final int DEFAULT_WINDOW = 65_535;
  private static final int FRAME_SIZE = 16_384;
  private static final int QUIET_MILLIS = 500;

  private final RawClient client;
  private final DataInputStream in;
  private final Map<Integer, List<H2Frame>> unread = new HashMap<>();
  private final Map<Integer, Integer> credits = new HashMap<>();
  private int initialCredit = DEFAULT_WINDOW;
  private int nextStream = 1;

  private H2RawClient(RawClient client) {
    this.client = client;
    this.in = new DataInputStream(client.in());
  }

  public static H2RawClient connect(RawClient.Hello hello, InetSocketAddress address)
      throws IOException {
    return connect(hello, address, WIDE_WINDOW);
  }

  /** The same, with this window for each stream; the connection's window is wide. */
  public static H2RawClient connect(
      RawClient.Hello hello, InetSocketAddress address, int streamWindow) throws IOException {
    return over(hello.withApplicationProtocols("h2").connect(address), streamWindow);
  }

  /** HTTP/2 on a connection that agreed on it. */
  public static H2RawClient over(RawClient raw) throws IOException {
    return over(raw, WIDE_WINDOW);
  }

  private static H2RawClient over(RawClient raw, int streamWindow) throws IOException {
    H2RawClient client = new H2RawClient(raw);
    ByteBuffer settings = ByteBuffer.allocate(12);
    settings.putShort((short) 1).putInt(0).putShort((short) 4).putInt(streamWindow);
    raw.send(PREFACE);
    client.send(new H2Frame(H2Frame.SETTINGS, 0, 0, settings.array()));
    client.addCredit(0, WIDE_WINDOW);
    return client;
  }

  public void send(H2Frame frame) throws IOException {
    client.send(frame.encode());
  }

  /** Lets the peer send more on a stream, or on the connection for 0. */
  public void addCredit(int stream, int bytes) throws IOException {
    byte[] payload = ByteBuffer.allocate(4).putInt(bytes).array();
    send(new H2Frame(H2Frame.WINDOW_UPDATE, 0, stream, payload));
  }

  /** Opens a stream with these fields, written {@code name: value} with pseudo fields included. */
  public int request(boolean endStream, String... fieldLines) throws IOException {
    int stream = nextStream;
    nextStream += 2;
    headers(stream, endStream, fieldLines);
    return stream;
  }

  /** HEADERS on a stream: a request head, or trailers. */
  public void headers(int stream, boolean endStream, String... fieldLines) throws IOException {
    byte[] block = Hpack.encode(parse(fieldLines));
    int position = 0;
    do {
      int count = Math.min(FRAME_SIZE, block.length - position);
      byte[] part = java.util.Arrays.copyOfRange(block, position, position + count);
      int type = position == 0 ? H2Frame.HEADERS : H2Frame.CONTINUATION;
      position += count;
      int flags = position == block.length ? H2Frame.END_HEADERS : 0;
      boolean ends = endStream && type == H2Frame.HEADERS;
      send(new H2Frame(type, flags | (ends ? H2Frame.END_STREAM : 0), stream, part));
    } while (position < block.length);
  }

  public void data(int stream, boolean endStream, String text) throws IOException {
    data(stream, endStream, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  public void data(int stream, boolean endStream, byte[] bytes) throws IOException {
    send(new H2Frame(H2Frame.DATA, endStream ? H2Frame.END_STREAM : 0, stream, bytes));
    credits.put(0, credit(0) - bytes.length);
    credits.put(stream, credit(stream) - bytes.length);
  }

  public void resetStream(int stream, int errorCode) throws IOException {
    byte[] payload = ByteBuffer.allocate(4).putInt(errorCode).array();
    send(new H2Frame(H2Frame.RST_STREAM, 0, stream, payload));
  }

  /**
   * Sends the {@link Pattern} as far as the peer gives credit. Returns the position reached: the
   * length, after END_STREAM, or where no credit came for half a second.
   */
  public long uploadPattern(int stream, long from, long length) throws IOException {
    long position = from;
    while (position < length) {
      int credit = Math.min(credit(0), credit(stream));
      if (credit > 0) {
        int count = (int) Math.min(Math.min(credit, FRAME_SIZE), length - position);
        position += count;
        data(stream, position == length, Pattern.from(position - count, count));
      } else if (!hasFrameSoon()) {
        return position;
      } else {
        H2Frame frame = readFrame();
        if (frame == null) {
          throw new BrokenMessageException("closed after " + position + " bytes of an upload");
        }
        keep(frame);
      }
    }
    return position;
  }

  private int credit(int stream) {
    return credits.getOrDefault(stream, stream == 0 ? DEFAULT_WINDOW : initialCredit);
  }

  private boolean hasFrameSoon() throws IOException {
    client.readTimeout(QUIET_MILLIS);
    in.mark(1);
    try {
      in.read();
      in.reset();
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } finally {
      client.readTimeout(RawClient.DEADLINE_MILLIS);
    }
  }

  /** GET of this path, read whole. */
  public Outcome get(String authority, String path) throws IOException {
    return read(request(
        /* endStream= */ true,
        ":method: GET",
        ":scheme: https",
        ":authority: " + authority,
        ":path: " + path));
  }

  /**
   * What became of one stream.
   *
   * @param reply what was received, null where no head came
   * @param resetCode the code of RST_STREAM, -1 for none
   * @param goAwayCode the code of GOAWAY where the connection ended instead, -1 for none
   */
  public record Outcome(@Nullable Reply reply, int resetCode, int goAwayCode) {
    public Reply complete() {
      if (reply == null || !reply.isComplete()) {
        throw new AssertionError("not a complete response: " + this);
      }
      return reply;
    }

    /** Whether the stream, or the whole connection, was ended by an error. */
    public boolean isRefused() {
      return resetCode > 0 || goAwayCode > 0;
    }

    public int status() {
      return reply == null ? 0 : reply.status();
    }
  }

  /** Reads until this stream is at its end: END_STREAM, RST_STREAM, GOAWAY with an error, close. */
  public Outcome read(int stream) throws IOException {
    List<MessageHead> interim = new ArrayList<>();
    MessageHead head = null;
    Fields trailers = Fields.NONE;
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    int resetCode = -1;
    int goAwayCode = -1;
    boolean ended = false;
    while (!ended) {
      H2Frame frame = next(stream);
      if (frame == null) {
        break;
      }
      ended = frame.type() == H2Frame.RST_STREAM
          || frame.type() <= H2Frame.HEADERS && frame.has(H2Frame.END_STREAM);
      if (frame.type() == H2Frame.GOAWAY) {
        goAwayCode = frame.errorCode();
        ended = goAwayCode != 0;
      } else if (frame.type() == H2Frame.RST_STREAM) {
        resetCode = frame.errorCode();
      } else if (frame.type() == H2Frame.DATA) {
        body.writeBytes(frame.payload());
      } else if (frame.type() == H2Frame.HEADERS && head != null) {
        trailers = Hpack.decode(frame.payload());
      } else if (frame.type() == H2Frame.HEADERS) {
        MessageHead next = head(frame);
        if (next.status() < 200) {
          interim.add(next);
        } else {
          head = next;
        }
      }
    }
    boolean complete = ended && resetCode <= 0 && goAwayCode <= 0;
    String flaw = complete ? "" : "reset " + resetCode + ", goaway " + goAwayCode;
    Reply reply = head == null
        ? null
        : new Reply(
            "HTTP/2", head.status(), head.fields(), body.toByteArray(), trailers, interim, flaw);
    return new Outcome(reply, resetCode, goAwayCode);
  }

  private static MessageHead head(H2Frame frame) throws IOException {
    Fields fields = Hpack.decode(frame.payload());
    return new MessageHead("HTTP/2", fields.first(":status"), "", fields);
  }

  /**
   * The next frame of this stream, or GOAWAY; null at the end of the connection. Frames of other
   * streams are kept for their turn.
   */
  public @Nullable H2Frame next(int stream) throws IOException {
    List<H2Frame> kept = unread.getOrDefault(stream, new ArrayList<>());
    if (!kept.isEmpty()) {
      return kept.removeFirst();
    }
    while (true) {
      H2Frame frame = readFrame();
      if (frame == null || frame.type() == H2Frame.GOAWAY || frame.stream() == stream) {
        return frame;
      }
      keep(frame);
    }
  }

  private void keep(H2Frame frame) {
    if (frame.stream() != 0) {
      unread.computeIfAbsent(frame.stream(), key -> new ArrayList<>()).add(frame);
    }
  }

  /** Any next frame; null at the end of the connection. Answers SETTINGS and PING by itself. */
  public @Nullable H2Frame readFrame() throws IOException {
    try {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int stream = in.readInt() & Integer.MAX_VALUE;
      H2Frame frame = new H2Frame(type, flags, stream, in.readNBytes(length));
      noteCredit(frame);
      if (type == H2Frame.SETTINGS && !frame.has(H2Frame.ACK)) {
        send(new H2Frame(H2Frame.SETTINGS, H2Frame.ACK, 0, new byte[0]));
      } else if (type == H2Frame.PING && !frame.has(H2Frame.ACK)) {
        send(new H2Frame(H2Frame.PING, H2Frame.ACK, 0, frame.payload()));
      }
      return frame;
    } catch (EOFException e) {
      return null;
    } catch (IOException e) {
      Ends.of(e);
      return null;
    }
  }

  private void noteCredit(H2Frame frame) {
    ByteBuffer payload = ByteBuffer.wrap(frame.payload());
    if (frame.type() == H2Frame.WINDOW_UPDATE) {
      credits.put(frame.stream(), credit(frame.stream()) + payload.getInt());
    } else if (frame.type() == H2Frame.SETTINGS) {
      while (payload.remaining() >= 6) {
        boolean isWindow = payload.getShort() == 4;
        int value = payload.getInt();
        if (isWindow) {
          int change = value - initialCredit;
          credits.replaceAll((stream, credit) -> stream == 0 ? credit : credit + change);
          initialCredit = value;
        }
      }
    }
  }

  private static List<Fields.Field> parse(String... fieldLines) {
    List<Fields.Field> fields = new ArrayList<>();
    for (String line : fieldLines) {
      int separator = line.indexOf(": ", 1);
      fields.add(new Fields.Field(line.substring(0, separator), line.substring(separator + 2)));
    }
    return fields;
  }

  /**
   * Reads and drops until the connection ends, without an answer to anything; for a thread of its
   * own beside one that writes.
   */
  public void drain() {
    Ends.drain(in, OutputStream.nullOutputStream());
  }

  public RawClient connection() {
    return client;
  }

  @Override
  public void close() {
    client.close();
  }
}
