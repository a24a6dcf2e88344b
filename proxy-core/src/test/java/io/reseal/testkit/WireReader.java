package io.reseal.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A strict reader of HTTP/1.1 messages, written from RFC 9112 and independent of the proxy's codec:
 * what it refuses, a proxy must not have sent.
 */
public final class WireReader {
  private static final int MAX_LINE = 1 << 20;

  private final BufferedInputStream in;

  public WireReader(InputStream in) {
    this.in = new BufferedInputStream(in, 16 << 10);
  }

  /** The bytes that follow what has been read so far. */
  public InputStream rest() {
    return in;
  }

  /** The next head, or null where the stream ends cleanly before its first byte. */
  public @Nullable MessageHead readHead() throws IOException {
    String start = readLine(/* endIsLegal= */ true);
    if (start == null) {
      return null;
    }
    int one = start.indexOf(' ');
    int two = start.indexOf(' ', one + 1);
    if (one <= 0 || two < 0) {
      throw new BrokenMessageException("start line: " + start);
    }
    boolean response = start.startsWith("HTTP/");
    String third = start.substring(two + 1);
    if (!response && !third.matches("HTTP/1\\.[0-9]")) {
      throw new BrokenMessageException("request line: " + start);
    }
    return new MessageHead(start.substring(0, one), start.substring(one + 1, two), third, fields());
  }

  /** Skips the one empty line that RFC 9112, section 2.2, has a server ignore before a request. */
  public void skipEmptyLine() throws IOException {
    in.mark(2);
    if (in.read() != '\r' || in.read() != '\n') {
      in.reset();
    }
  }

  /** The body of a request with this head; read it to its end before the next head. */
  public Body requestBody(MessageHead head) throws IOException {
    requireUnambiguousFraming(head);
    if (head.isChunked()) {
      return new Body(Body.Kind.CHUNKED, 0);
    }
    return new Body(Body.Kind.LENGTH, Math.max(0, head.contentLength()));
  }

  /** The body of a response with this head to a request of this method. */
  public Body responseBody(MessageHead head, String method) throws IOException {
    requireUnambiguousFraming(head);
    int status = head.status();
    if (method.equals("HEAD") || status == 204 || status == 304 || status < 200) {
      return new Body(Body.Kind.LENGTH, 0);
    }
    if (head.isChunked()) {
      return new Body(Body.Kind.CHUNKED, 0);
    }
    if (head.contentLength() >= 0) {
      return new Body(Body.Kind.LENGTH, head.contentLength());
    }
    return new Body(Body.Kind.UNTIL_CLOSE, Long.MAX_VALUE);
  }

  private static void requireUnambiguousFraming(MessageHead head) throws BrokenMessageException {
    int lengths = head.fields().all("content-length").size();
    int codings = head.fields().all("transfer-encoding").size();
    if (lengths + codings > 1) {
      throw new BrokenMessageException("ambiguous framing: " + head.fields());
    }
    if (codings == 1 && !head.isChunked()) {
      throw new BrokenMessageException("unknown transfer coding: " + head.fields());
    }
    if (lengths == 1 && !head.fields().first("content-length").matches("[0-9]{1,18}")) {
      throw new BrokenMessageException("content-length: " + head.fields());
    }
  }

  private Fields fields() throws IOException {
    List<Fields.Field> lines = new ArrayList<>();
    while (true) {
      String line = readLine(/* endIsLegal= */ false);
      if (line == null || line.isEmpty()) {
        return new Fields(lines);
      }
      int colon = line.indexOf(':');
      if (colon <= 0 || !line.substring(0, colon).matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
        throw new BrokenMessageException("field line: " + line);
      }
      lines.add(
          new Fields.Field(line.substring(0, colon), line.substring(colon + 1).strip()));
    }
  }

  private @Nullable String readLine(boolean endIsLegal) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(80);
    while (true) {
      int b = in.read();
      if (b < 0) {
        if (endIsLegal && line.size() == 0) {
          return null;
        }
        throw new BrokenMessageException("ended within a line: " + text(line));
      }
      if (b == '\r') {
        if (in.read() != '\n') {
          throw new BrokenMessageException("bare CR after: " + text(line));
        }
        return text(line);
      }
      if ((b < 0x20 && b != '\t') || b == 0x7F || line.size() > MAX_LINE) {
        throw new BrokenMessageException("byte " + b + " after: " + text(line));
      }
      line.write(b);
    }
  }

  private static String text(ByteArrayOutputStream line) {
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  /** The decoded bytes of one body. Its end is the message's end; a break throws. */
  public final class Body extends InputStream {
    private enum Kind {
      LENGTH,
      CHUNKED,
      UNTIL_CLOSE
    }

    private final Kind kind;
    private long left;
    private boolean ended;
    private Fields trailers = Fields.NONE;

    private Body(Kind kind, long left) {
      this.kind = kind;
      this.left = left;
      this.ended = kind == Kind.LENGTH && left == 0;
    }

    /** What followed the last chunk; complete once the body has been read to its end. */
    public Fields trailers() {
      return trailers;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (kind == Kind.CHUNKED && left == 0 && !ended) {
        startChunk();
      }
      if (ended) {
        return -1;
      }
      int count = in.read(target, offset, (int) Math.min(length, left));
      if (count < 0) {
        return endOfStream();
      }
      left -= count;
      if (left == 0) {
        endOfPart();
      }
      return count;
    }

    private int endOfStream() throws BrokenMessageException {
      if (kind == Kind.UNTIL_CLOSE) {
        ended = true;
        return -1;
      }
      throw new BrokenMessageException("body ended with " + left + " bytes missing in " + kind);
    }

    private void endOfPart() throws IOException {
      if (kind == Kind.LENGTH) {
        ended = true;
      } else if (kind == Kind.CHUNKED && !"".equals(readLine(/* endIsLegal= */ false))) {
        throw new BrokenMessageException("no CRLF after a chunk");
      }
    }

    private void startChunk() throws IOException {
      String line = readLine(/* endIsLegal= */ false);
      if (line == null || !line.matches("[0-9A-Fa-f]{1,15}(;.*)?")) {
        throw new BrokenMessageException("chunk size: " + line);
      }
      int semicolon = line.indexOf(';');
      left = Long.parseLong(semicolon < 0 ? line : line.substring(0, semicolon), 16);
      if (left == 0) {
        trailers = fields();
        ended = true;
      }
    }
  }
}
