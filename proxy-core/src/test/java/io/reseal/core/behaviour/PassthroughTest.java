package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.reseal.config.KeyPairMaterial;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.End;
import io.reseal.testkit.OriginConnection;
import io.reseal.testkit.OriginHandler;
import io.reseal.testkit.Pattern;
import io.reseal.testkit.ProxyFixture;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is passed through arrives untouched, in both directions and in every order of endings. */
final class PassthroughTest {

  /** A proxy that passes {@code p.test} to this origin and serves {@code a.test} itself. */
  private static ProxyFixture proxy(RecordingOrigin origin) {
    return new ProxySetup()
        .identity("front", "a.test")
        .upstream("origin", origin)
        .reencrypt("a.test", "origin")
        .passthrough("p.test", "origin")
        .start();
  }

  private static RecordingOrigin raw(OriginHandler.OfConnection script) throws IOException {
    return RecordingOrigin.cleartext().withScript(script).start();
  }

  /** A ClientHello as a client might send it, with this server name and this much padding. */
  static byte[] clientHello(String serverName, int padding) {
    byte[] name = serverName.getBytes(StandardCharsets.US_ASCII);
    ByteArrayOutputStream extensions = new ByteArrayOutputStream();
    two(extensions, 0);
    two(extensions, name.length + 5);
    two(extensions, name.length + 3);
    extensions.write(0);
    two(extensions, name.length);
    extensions.writeBytes(name);
    two(extensions, 43);
    two(extensions, 3);
    extensions.writeBytes(new byte[] {2, 3, 4});
    two(extensions, 21);
    two(extensions, padding);
    extensions.writeBytes(new byte[padding]);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    two(body, 0x0303);
    body.writeBytes(Pattern.first(32));
    body.write(0);
    two(body, 2);
    two(body, 0x1301);
    two(body, 0x0100);
    two(body, extensions.size());
    body.writeBytes(extensions.toByteArray());
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    message.write(1);
    message.write(body.size() >>> 16);
    two(message, body.size() & 0xFFFF);
    message.writeBytes(body.toByteArray());
    return message.toByteArray();
  }

  /** The message in records of at most this size. */
  static byte[] records(byte[] message, int size) {
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    for (int at = 0; at < message.length; at += size) {
      int count = Math.min(size, message.length - at);
      records.writeBytes(new byte[] {22, 3, 1});
      two(records, count);
      records.write(message, at, count);
    }
    return records.toByteArray();
  }

  private static void two(ByteArrayOutputStream out, int value) {
    out.write(value >>> 8);
    out.write(value);
  }

  @Test
  void showsTheUpstreamsOwnCertificate() throws IOException {
    KeyPairMaterial identity = Certificates.DESTINATION.issue("p.test", "127.0.0.1");
    RecordingOrigin origin = RecordingOrigin.tls(identity).start();
    try (origin;
        ProxyFixture proxy = proxy(origin);
        RawClient client = RawClient.Hello.of(Certificates.DESTINATION.certificate(), "p.test")
            .withApplicationProtocols("http/1.1")
            .connect(proxy.https())) {
      assertThat(client.certificate()).isEqualTo(identity.leaf());
      Reply reply = client.exchange("GET /x HTTP/1.1\r\nHost: anything\r\n\r\n");
      assertThat(reply.bodyText()).isEqualTo("GET /x\nHost: anything\n\n");
      assertThat(origin.lastConnection().serverName()).isEqualTo("p.test");
      try (RawClient own = proxy.client("a.test")) {
        assertThat(own.exchange("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n").status())
            .isEqualTo(200);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {16_384, 100, 1})
  void forwardsTheClientHelloByteByByte(int recordSize) throws Exception {
    byte[] hello = records(clientHello("p.test", 700), recordSize);
    try (RecordingOrigin origin = raw(connection -> {
          connection.reader().rest().transferTo(connection.out());
          connection.close();
        });
        ProxyFixture proxy = proxy(origin);
        RawClient client = RawClient.plain(proxy.https())) {
      client.send(hello);
      client.send("\u0000and what follows\u00FF");
      byte[] sent = concat(hello, "\u0000and what follows\u00FF");
      assertThat(client.readExactly(sent.length)).isEqualTo(sent);
      client.halfClose();
      assertThat(client.readToEnd().bytes()).isEmpty();
      assertThat(origin.lastConnection().received()).isEqualTo(sent);
    }
  }

  private static byte[] concat(byte[] first, String second) {
    byte[] tail = second.getBytes(StandardCharsets.ISO_8859_1);
    byte[] all = Arrays.copyOf(first, first.length + tail.length);
    System.arraycopy(tail, 0, all, first.length, tail.length);
    return all;
  }

  @Test
  void gathersAClientHelloThatComesInPieces() throws Exception {
    byte[] hello = records(clientHello("p.test", 40), 50);
    try (RecordingOrigin origin = raw(OriginConnection::awaitEnd);
        ProxyFixture proxy = proxy(origin);
        RawClient client = RawClient.plain(proxy.https())) {
      for (byte b : hello) {
        client.send(new byte[] {b});
      }
      Await.until(() -> !origin.connections().isEmpty()
          && origin.lastConnection().receivedBytes() == hello.length);
      assertThat(origin.lastConnection().received()).isEqualTo(hello);
    }
  }

  @Test
  void acceptsALargeClientHello() throws Exception {
    byte[] hello = records(clientHello("p.test", 12_000), 16_384);
    try (RecordingOrigin origin = raw(OriginConnection::awaitEnd);
        ProxyFixture proxy = proxy(origin);
        RawClient client = RawClient.plain(proxy.https())) {
      client.send(hello);
      Await.until(() -> !origin.connections().isEmpty()
          && origin.lastConnection().receivedBytes() == hello.length);
    }
  }

  @Test
  void refusesAClientHelloBeyondTheLimit() throws Exception {
    byte[] hello = records(clientHello("p.test", 40_000), 16_384);
    try (RecordingOrigin origin = raw(OriginConnection::awaitEnd);
        ProxyFixture proxy = proxy(origin);
        RawClient client = RawClient.plain(proxy.https())) {
      client.send(hello);
      client.readToEnd();
      assertThat(origin.connections()).isEmpty();
    }
  }

  /** Each byte before an ending arrives, also where the reader is slow and the sender long gone. */
  @Test
  void deliversEverythingBeforeAnEndingUpwards() throws Exception {
    int size = 8 << 20;
    byte[] hello = records(clientHello("p.test", 10), 16_384);
    CompletableFuture<Long> received = new CompletableFuture<>();
    try (RecordingOrigin origin = raw(connection -> {
          connection.reader().rest().readNBytes(hello.length);
          received.complete(Pattern.verify(connection.reader().rest()));
          connection.send("thanks");
        });
        ProxyFixture proxy = proxy(origin);
        RawClient client = RawClient.plain(proxy.https())) {
      client.send(hello);
      Pattern.write(client.out(), size);
      client.halfClose();
      assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(size);
      assertThat(client.readToEnd().text()).isEqualTo("thanks");
    }
  }

  @Test
  void deliversEverythingBeforeAnEndingDownwards() throws Exception {
    int size = 8 << 20;
    byte[] hello = records(clientHello("p.test", 10), 16_384);
    try (RecordingOrigin origin = raw(connection -> {
          connection.reader().rest().readNBytes(hello.length);
          connection.sendPattern(size);
          connection.halfClose();
          connection.awaitEnd();
        });
        ProxyFixture proxy = proxy(origin);
        RawClient client = RawClient.plain(proxy.https())) {
      client.send(hello);
      Await.until(
          () -> !origin.connections().isEmpty() && origin.lastConnection().sentBytes() > 100_000);
      assertThat(Pattern.verify(client.in())).isEqualTo(size);
      client.send("still heard");
      client.halfClose();
      OriginConnection connection = origin.lastConnection();
      assertThat(connection.end()).isEqualTo(End.CLOSED);
      assertThat(connection.receivedText()).endsWith("still heard");
    }
  }

  @Test
  void passesResetsOn() throws Exception {
    byte[] hello = records(clientHello("p.test", 10), 16_384);
    try (RecordingOrigin origin = raw(connection -> {
          connection.reader().rest().readNBytes(hello.length);
          connection.reset();
        });
        ProxyFixture proxy = proxy(origin);
        RawClient client = RawClient.plain(proxy.https())) {
      client.send(hello);
      assertThat(client.readToEnd().end()).isIn(End.RESET, End.CLOSED);
    }
    try (RecordingOrigin origin = raw(OriginConnection::awaitEnd);
        ProxyFixture proxy = proxy(origin);
        RawClient client = RawClient.plain(proxy.https())) {
      client.send(hello);
      Await.until(() -> !origin.connections().isEmpty());
      client.reset();
      assertThat(origin.lastConnection().end()).isIn(End.RESET, End.CLOSED);
    }
  }

  @Test
  void endsBothSidesWhenOneHalfIsResetAfterAHalfClose() throws Exception {
    byte[] hello = records(clientHello("p.test", 10), 16_384);
    try (RecordingOrigin origin = raw(connection -> {
          connection.awaitEnd();
          connection.reset();
        });
        ProxyFixture proxy = proxy(origin)) {
      for (int i = 0; i < 50; i++) {
        try (RawClient client = RawClient.plain(proxy.https())) {
          client.send(hello);
          client.halfClose();
          assertThat(client.readToEnd().end()).isIn(End.RESET, End.CLOSED);
        }
      }
    }
  }

  @Test
  void closesWhenTheUpstreamCannotBeReached() throws Exception {
    byte[] hello = records(clientHello("p.test", 10), 16_384);
    try (ProxyFixture proxy = new ProxySetup()
            .identity("front", "a.test")
            .passthrough("p.test", "gone")
            .upstream("gone", ProxySetup.verified(), UpstreamFaultTest.refusingEndpoint())
            .start();
        RawClient client = RawClient.plain(proxy.https())) {
      client.send(hello);
      assertThat(client.readToEnd().text()).doesNotContain("HTTP");
    }
  }

  @Test
  void makesTheSenderWaitForASlowReader() throws Exception {
    byte[] hello = records(clientHello("p.test", 10), 16_384);
    try (RecordingOrigin origin = raw(connection -> {
          connection.reader().rest().readNBytes(hello.length);
          connection.sendPattern(64L << 20);
        });
        ProxyFixture proxy = proxy(origin);
        RawClient client = RawClient.plain(proxy.https())) {
      client.receiveBuffer(64 << 10);
      client.send(hello);
      Await.until(() -> !origin.connections().isEmpty());
      Stall stall = Stall.of(() -> origin.lastConnection().sentBytes(), 64L << 20);
      long inKernel =
          Stall.bytesInKernel(proxy.https().getPort(), origin.endpoint().port());
      assertThat(inKernel).isPositive();
      assertThat(stall.bytesTaken() - inKernel).isLessThan(1L << 20);
      assertThat(Pattern.verify(client.in())).isEqualTo(64L << 20);
    }
  }

  /** All tunnels of a loop read into one buffer, which leaves with what a slow reader leaves. */
  @Test
  void keepsTheBytesOfTunnelsApart() throws Exception {
    int size = 16 << 20;
    byte[] hello = records(clientHello("p.test", 10), 16_384);
    List<RawClient> waiting = new ArrayList<>();
    try (RecordingOrigin origin = raw(connection -> {
          connection.reader().rest().readNBytes(hello.length);
          connection.sendPattern(size);
          connection.halfClose();
          connection.awaitEnd();
        });
        ProxyFixture proxy = proxy(origin)) {
      for (int i = 0; i < 3; i++) {
        RawClient slow = RawClient.plain(proxy.https());
        waiting.add(slow);
        slow.receiveBuffer(16 << 10);
        slow.send(hello);
      }
      List<CompletableFuture<Long>> quick = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        quick.add(CompletableFuture.supplyAsync(
            () -> {
              try (RawClient client = RawClient.plain(proxy.https())) {
                client.send(hello);
                return Pattern.verify(client.in());
              } catch (IOException failed) {
                throw new UncheckedIOException(failed);
              }
            },
            runnable -> Thread.ofVirtual().start(runnable)));
      }
      for (CompletableFuture<Long> one : quick) {
        assertThat(one.get(30, TimeUnit.SECONDS)).isEqualTo(size);
      }
      for (RawClient slow : waiting) {
        assertThat(Pattern.verify(slow.in())).isEqualTo(size);
      }
    } finally {
      for (RawClient slow : waiting) {
        slow.close();
      }
    }
  }

  @Test
  void holdsLittleForSlowReaders() throws Exception {
    int tunnels = 24;
    byte[] hello = records(clientHello("p.test", 10), 16_384);
    List<RawClient> waiting = new ArrayList<>();
    try (RecordingOrigin origin = raw(connection -> {
          connection.reader().rest().readNBytes(hello.length);
          connection.sendPattern(64L << 20);
        });
        ProxyFixture proxy = proxy(origin)) {
      long before = directBytes();
      for (int i = 0; i < tunnels; i++) {
        RawClient slow = RawClient.plain(proxy.https());
        waiting.add(slow);
        slow.receiveBuffer(16 << 10);
        slow.send(hello);
      }
      Await.until(() -> origin.connections().size() == tunnels);
      Stall.of(
          () -> origin.connections().stream()
              .mapToLong(OriginConnection::sentBytes)
              .sum(),
          tunnels * (64L << 20));
      assertThat(directBytes() - before).isBetween(1L, tunnels * (192L << 10) + (2 << 20));
    } finally {
      for (RawClient slow : waiting) {
        slow.close();
      }
    }
  }

  private static long directBytes() {
    return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory();
  }
}
