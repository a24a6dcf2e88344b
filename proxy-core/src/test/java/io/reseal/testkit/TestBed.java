package io.reseal.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** One origin with TLS, one proxy in front of it for the host {@code a.test}, and the questions. */
public final class TestBed implements AutoCloseable {
  private static final String CONTROL = "GET /control HTTP/1.1\r\nHost: a.test\r\n\r\n";

  private final RecordingOrigin origin;
  private final ProxyFixture proxy;

  private TestBed(RecordingOrigin origin, ProxyFixture proxy) {
    this.origin = origin;
    this.proxy = proxy;
  }

  public static TestBed start() throws IOException {
    return start(setup -> setup);
  }

  public static TestBed start(UnaryOperator<ProxySetup> change) throws IOException {
    return start(RecordingOrigin.tls(ProxySetup.originIdentity()).start(), change);
  }

  public static TestBed start(RecordingOrigin origin, UnaryOperator<ProxySetup> change) {
    return new TestBed(origin, change.apply(ProxySetup.inFrontOf(origin)).start());
  }

  public RecordingOrigin origin() {
    return origin;
  }

  public ProxyFixture proxy() {
    return proxy;
  }

  public RawClient client() throws IOException {
    return proxy.client("a.test");
  }

  public H2RawClient h2Client() throws IOException {
    return proxy.h2Client("a.test");
  }

  /** One request on a new HTTP/1.1 connection over TLS. */
  public Reply exchange(String request) throws IOException {
    try (RawClient client = client()) {
      return client.exchange(request);
    }
  }

  /** GET of this path on a new connection. */
  public Reply get(String path) throws IOException {
    return exchange("GET " + path + " HTTP/1.1\r\nHost: a.test\r\n\r\n");
  }

  /** What each connection of the origin had received at some moment. */
  public Mark mark() {
    Map<Integer, Integer> lengths = new HashMap<>();
    for (OriginConnection connection : origin.connections()) {
      lengths.put(connection.index(), connection.received().length);
    }
    return new Mark(lengths);
  }

  /** A moment, and what the origin has received since. */
  public final class Mark {
    private final Map<Integer, Integer> lengths;

    private Mark(Map<Integer, Integer> lengths) {
      this.lengths = lengths;
    }

    /** All bytes since, of every connection. */
    public String received() {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (OriginConnection connection : origin.connections()) {
        byte[] all = connection.received();
        int from = lengths.getOrDefault(connection.index(), 0);
        bytes.writeBytes(Arrays.copyOfRange(all, from, all.length));
      }
      return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    /**
     * Requires that the origin has received no byte since, by sending a well-formed request, which
     * must be served and be all that shows.
     */
    public void requireNothingForwarded() throws IOException {
      requireHealthy();
      String received = received();
      assertThat(received).startsWith("GET /control HTTP/1.1\r\n").endsWith("\r\n\r\n");
      assertThat(received.split("\r\n\r\n", -1)).as(received).hasSize(2);
    }

    /** Requires that no request was whole at the origin since, apart from those on this path. */
    public void requireNoWholeRequest(String path) throws IOException {
      requireHealthy();
      assertThat(origin.requests())
          .filteredOn(request -> request.head().path().equals(path))
          .isEmpty();
    }
  }

  /** Requires that a well-formed request on a new connection is served. */
  public void requireHealthy() throws IOException {
    try (RawClient client = proxy.plainClient()) {
      assertThat(client.exchange(CONTROL).status()).isEqualTo(200);
    }
  }

  /**
   * Sends these bytes on this connection, closes it, and requires one of these statuses in one whole
   * response, the end of the connection after it, and nothing at the origin.
   */
  public void requireRejected(RawClient client, String bytes, Integer... statuses)
      throws IOException {
    Mark mark = mark();
    Reply reply = requireErrorThenClose(client, bytes, statuses);
    assertThat(reply.fields().all("connection")).as("%s", reply).contains("close");
    mark.requireNothingForwarded();
  }

  /** The same without a look at the origin. */
  public Reply requireErrorThenClose(RawClient client, String bytes, Integer... statuses)
      throws IOException {
    try (client) {
      client.sendDespiteClose(bytes);
      Reply reply = client.readReply();
      assertThat(List.of(statuses)).as("%s", reply).contains(reply.status());
      assertThat(reply.isComplete()).as("%s", reply).isTrue();
      RawClient.Rest rest = client.readToEnd();
      assertThat(rest.text()).as("after the error response").isEmpty();
      return reply;
    }
  }

  @Override
  public void close() {
    proxy.close();
    origin.close();
  }
}
