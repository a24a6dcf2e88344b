package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.testkit.H2Frame;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.MessageHead;
import io.reseal.testkit.Pattern;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bodies far larger than memory, through a proxy with a heap of 64 MiB. The size is {@code
 * -Dreseal.largeBodyBytes}, 1 GiB where it is not given.
 */
@Timeout(300)
final class LargeBodyTest {
  private static final long SIZE = Long.getLong("reseal.largeBodyBytes", 1L << 30);

  /** Far below one body, and above what a JVM of 64 MiB and BoringSSL take. */
  private static final long RESIDENT_KIB = 400 << 10;

  private static final AtomicLong UPLOADED = new AtomicLong();

  private static RecordingOrigin origin;
  private static SmallHeapProxy proxy;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    origin = RecordingOrigin.tls(ProxySetup.originIdentity()).start();
    origin.on("/upload", (connection, head) -> {
      UPLOADED.set(Pattern.verify(connection.reader().requestBody(head)));
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
    origin.on("/download", (connection, head) -> {
      connection.receive(head);
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + SIZE + "\r\n\r\n");
      connection.sendPattern(SIZE);
    });
    proxy = SmallHeapProxy.start(origin.endpoint(), directory);
  }

  @AfterAll
  static void stop() throws Exception {
    proxy.close();
    origin.close();
  }

  private static RawClient.Hello hello() {
    return RawClient.Hello.of(proxy.frontCa(), "a.test");
  }

  @Test
  void uploadsOverHttp1() throws Exception {
    try (RawClient client = hello().withApplicationProtocols("http/1.1").connect(proxy.address())) {
      client.send("POST /upload HTTP/1.1\r\nHost: a.test\r\nContent-Length: " + SIZE + "\r\n\r\n");
      Pattern.write(client.out(), SIZE);
      assertThat(client.readReply().status()).isEqualTo(200);
    }
    assertThat(UPLOADED).hasValue(SIZE);
    assertThat(proxy.peakResidentKib()).isLessThan(RESIDENT_KIB);
  }

  @Test
  void downloadsOverHttp1() throws Exception {
    try (RawClient client = hello().withApplicationProtocols("http/1.1").connect(proxy.address())) {
      client.send("GET /download HTTP/1.1\r\nHost: a.test\r\n\r\n");
      MessageHead head = client.readHead();
      assertThat(Pattern.verify(client.body(head, "GET"))).isEqualTo(SIZE);
    }
    assertThat(proxy.peakResidentKib()).isLessThan(RESIDENT_KIB);
  }

  @Test
  void uploadsOverHttp2() throws Exception {
    try (H2RawClient client = H2RawClient.connect(hello(), proxy.address())) {
      int stream = client.request(
          false, ":method: POST", ":scheme: https", ":authority: a.test", ":path: /upload");
      assertThat(client.uploadPattern(stream, 0, SIZE)).isEqualTo(SIZE);
      assertThat(client.read(stream).complete().status()).isEqualTo(200);
    }
    assertThat(UPLOADED).hasValue(SIZE);
    assertThat(proxy.peakResidentKib()).isLessThan(RESIDENT_KIB);
  }

  @Test
  void downloadsOverHttp2() throws Exception {
    try (H2RawClient client = H2RawClient.connect(hello(), proxy.address(), 1 << 20)) {
      int stream = client.request(
          true, ":method: GET", ":scheme: https", ":authority: a.test", ":path: /download");
      assertThat(receivePattern(client, stream)).isEqualTo(SIZE);
    }
    assertThat(proxy.peakResidentKib()).isLessThan(RESIDENT_KIB);
  }

  /** Reads a stream to its end, checks each byte, and returns credit in large steps. */
  private static long receivePattern(H2RawClient client, int stream) throws IOException {
    long position = 0;
    int owed = 0;
    while (true) {
      H2Frame frame = client.next(stream);
      if (frame == null || frame.type() == H2Frame.GOAWAY || frame.type() == H2Frame.RST_STREAM) {
        throw new AssertionError("ended at " + position + " by " + frame);
      }
      if (frame.type() == H2Frame.DATA) {
        Pattern.requireMatch(frame.payload(), position);
        position += frame.payload().length;
        owed += frame.payload().length;
        if (owed > 1 << 19) {
          client.addCredit(stream, owed);
          client.addCredit(0, owed);
          owed = 0;
        }
      }
      if (frame.has(H2Frame.END_STREAM) && frame.type() <= H2Frame.HEADERS) {
        return position;
      }
    }
  }
}
