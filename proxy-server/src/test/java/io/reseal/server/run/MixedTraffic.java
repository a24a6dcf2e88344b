package io.reseal.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.MessageHead;
import io.reseal.testkit.Pattern;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.WireReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/**
 * Work of every kind that is under way on one proxy: a slow answer over HTTP/1.1 and over HTTP/2, a
 * download, an upload, a WebSocket, and a connection that is passed through.
 */
final class MixedTraffic implements AutoCloseable {
  private static final String UPGRADE =
      "GET /ws HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\n"
          + "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
          + "Sec-WebSocket-Version: 13\r\n\r\n";
  private static final int HALF = Site.BODY_BYTES / 2;

  private final Site site;
  private final byte[] body = Pattern.first(Site.BODY_BYTES);
  private final RawClient http1;
  private final H2RawClient http2;
  private final int stream;
  private final RawClient download;
  private final WireReader.Body downloaded;
  private final RawClient upload;
  private final RawClient webSocket;
  private final RawClient through;

  /** Begins everything, and returns when all of it is half done. */
  MixedTraffic(Site site, InetSocketAddress web) throws IOException {
    this.site = site;
    int before = site.received();
    http1 = Site.client(web);
    http1.send("GET /slow HTTP/1.1\r\nHost: a.test\r\n\r\n");
    http2 = Site.h2Client(web);
    stream = http2.request(
        /* endStream= */ true,
        ":method: GET",
        ":scheme: https",
        ":authority: a.test",
        ":path: /slow");
    download = Site.client(web);
    download.send("GET /download HTTP/1.1\r\nHost: a.test\r\n\r\n");
    MessageHead head = download.readHead();
    assertThat(head.status()).isEqualTo(200);
    downloaded = download.body(head, "GET");
    assertThat(downloaded.readNBytes(HALF)).isEqualTo(Arrays.copyOf(body, HALF));
    upload = Site.client(web);
    upload.send(
        "POST /upload HTTP/1.1\r\nHost: a.test\r\nContent-Length: " + body.length + "\r\n\r\n");
    upload.send(Arrays.copyOf(body, HALF));
    webSocket = Site.client(web);
    webSocket.send(UPGRADE);
    assertThat(webSocket.readReply().status()).isEqualTo(101);
    echo("before");
    through = Site.throughClient(web);
    passThrough();
    // Both slow ones, the download and the upgrade; the upload is not received whole.
    await().atMost(Duration.ofSeconds(20)).until(() -> site.received() >= before + 4);
  }

  private void echo(String text) throws IOException {
    webSocket.send(text);
    assertThat(webSocket.readExactly(text.length()))
        .isEqualTo(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private void passThrough() throws IOException {
    assertThat(through.exchange("GET /p HTTP/1.1\r\nHost: p.test\r\n\r\n").status())
        .isEqualTo(200);
  }

  /** Ends everything; nothing may be lost. */
  void finish() throws IOException {
    echo("after");
    passThrough();
    upload.send(Arrays.copyOfRange(body, HALF, body.length));
    assertThat(upload.readReply("POST").bodyText()).isEqualTo(body.length + " bytes");
    site.answer();
    assertThat(http1.readReply().bodyText()).isEqualTo("done");
    assertThat(http2.read(stream).complete().bodyText()).isEqualTo("done");
    assertThat(downloaded.readAllBytes()).isEqualTo(Arrays.copyOfRange(body, HALF, body.length));
    close();
  }

  @Override
  public void close() {
    for (RawClient each : new RawClient[] {http1, download, upload, webSocket, through}) {
      each.close();
    }
    http2.close();
  }
}
