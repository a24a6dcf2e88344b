package io.reseal.server.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.AccessLogSettings.Format;
import io.reseal.config.AccessLogSettings.Query;
import io.reseal.core.observe.ClientFacts;
import io.reseal.core.observe.ConnectTimes;
import io.reseal.core.observe.TlsLeg;
import io.reseal.core.observe.TunnelRecord;
import io.reseal.core.observe.UpstreamFacts;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Whole lines, as they are. */
final class AccessLinesTest {
  private static final String MOMENT = "[-0-9]+T[:0-9]+\\.[0-9]{3}Z";

  private static TlsLeg leg(String serverName, boolean resumed) {
    return new TlsLeg(
        "TLSv1.3", "TLS_AES_128_GCM_SHA256", "X25519", "http/1.1", serverName, resumed, "");
  }

  private static TunnelRecord upgrade(ClientFacts client, UpstreamFacts upstream, long micros) {
    return tunnel(client, upstream, "websocket", micros);
  }

  private static TunnelRecord tunnel(
      ClientFacts client, UpstreamFacts upstream, String protocol, long micros) {
    return new TunnelRecord(
        client,
        "17",
        "shop.test",
        protocol,
        "chat",
        "rooms",
        upstream,
        /* clientBytes= */ 0,
        /* upstreamBytes= */ 70_000_000_000L,
        "idle",
        /* failure= */ null,
        /* startedNanos= */ 1,
        /* connectedNanos= */ 0,
        /* endedNanos= */ 1_000 * micros + 1);
  }

  private static String lines(Format format, TunnelRecord... told) {
    LineBuffer buffer = LineBuffer.of(format);
    AccessLines lines = new AccessLines(buffer, Query.OMIT, new WallClock());
    for (TunnelRecord each : told) {
      lines.write(each);
    }
    LineBatch batch = buffer.take(/* spare= */ null);
    return new String(batch.bytes(), 0, batch.length(), StandardCharsets.US_ASCII);
  }

  private static TunnelRecord[] three() {
    ClientFacts client = new ClientFacts("https", "::1", 4_711, leg("shop.test", true));
    UpstreamFacts upstream = new UpstreamFacts(
        "rooms.test:443",
        "192.0.2.1:443",
        leg("rooms.test", false),
        /* verified= */ true,
        /* suspicion= */ null,
        ConnectTimes.NONE);
    return new TunnelRecord[] {
      upgrade(client, upstream, 12_034), upgrade(client, upstream, 5), upgrade(client, upstream, 0)
    };
  }

  @Test
  void areJson() {
    String same = ("\\{'time':'" + MOMENT + "','kind':'upgrade','id':'17','listener':'https',"
            + "'client':\\{'ip':'::1','port':4711,'tls':'TLSv1.3','cipher':'TLS_AES_128_GCM_SHA256',"
            + "'group':'X25519','resumed':true,'alpn':'http/1.1'\\},"
            + "'protocol':'websocket','host':'shop.test','end':'idle','route':'chat',"
            + "'upstream':\\{'name':'rooms','endpoint':'rooms.test:443','address':'192.0.2.1:443',"
            + "'tls':'TLSv1.3','cipher':'TLS_AES_128_GCM_SHA256','group':'X25519','alpn':'http/1.1',"
            + "'sni':'rooms.test','verified':true\\},'bytesToClient':70000000000%s\\}\n")
        .replace('\'', '"');
    assertThat(lines(Format.JSON, three()))
        .matches(same.formatted(",\"totalMs\":12\\.034")
            + same.formatted(",\"totalMs\":0\\.005")
            + same.formatted(""));
  }

  @Test
  void sayWhereAnUpstreamWasNotVerified() {
    ClientFacts client = new ClientFacts("http", "::1", 4_711, TlsLeg.NONE);
    UpstreamFacts unverified = new UpstreamFacts(
        "192.0.2.1:443",
        "192.0.2.1:443",
        leg("", false),
        /* verified= */ false,
        /* suspicion= */ null,
        ConnectTimes.NONE);
    assertThat(lines(Format.JSON, upgrade(client, unverified, 1))).contains("\"verified\":false}");
    assertThat(lines(Format.JSON, upgrade(client, UpstreamFacts.NONE, 1)))
        .contains("\"upstream\":{\"name\":\"rooms\"},")
        .contains("\"client\":{\"ip\":\"::1\",\"port\":4711},");
  }

  @Test
  void nameTheCertificateThatAnUpstreamWasShown() {
    TlsLeg shown = new TlsLeg("TLSv1.3", "", "", "", "rooms.test", false, "CN=proxy");
    UpstreamFacts upstream =
        new UpstreamFacts("192.0.2.1:443", "", shown, true, null, ConnectTimes.NONE);
    ClientFacts client = new ClientFacts("http", "::1", 4_711, TlsLeg.NONE);
    assertThat(lines(Format.JSON, upgrade(client, upstream, 1)))
        .contains("\"sni\":\"rooms.test\",\"clientIdentity\":\"CN=proxy\",\"verified\":true}");
  }

  @Test
  void tellHowLongANewConnectionTook() {
    UpstreamFacts connection = new UpstreamFacts(
        "192.0.2.1:443",
        "",
        TlsLeg.NONE,
        /* verified= */ false,
        /* suspicion= */ null,
        new ConnectTimes(1_000_000, 3_500_000, 3_750_000));
    ClientFacts client = new ClientFacts("http", "::1", 4_711, TlsLeg.NONE);
    assertThat(lines(Format.JSON, tunnel(client, connection, TunnelRecord.PASSTHROUGH, 1)))
        .contains("\"connectMs\":2.500}")
        .doesNotContain("handshakeMs");
    assertThat(lines(Format.JSON, upgrade(client, connection, 1)))
        .as("the line of its exchange has said it")
        .doesNotContain("connectMs");
  }

  @Test
  void areText() {
    String same = "time=" + MOMENT + " kind=upgrade id=17 listener=https client.ip=::1"
        + " client.port=4711 client.tls=TLSv1.3 client.cipher=TLS_AES_128_GCM_SHA256"
        + " client.group=X25519 client.resumed=true client.alpn=http/1.1 protocol=websocket"
        + " host=shop.test end=idle route=chat upstream.name=rooms"
        + " upstream.endpoint=rooms.test:443 upstream.address=192.0.2.1:443 upstream.tls=TLSv1.3"
        + " upstream.cipher=TLS_AES_128_GCM_SHA256 upstream.group=X25519 upstream.alpn=http/1.1"
        + " upstream.sni=rooms.test upstream.verified=true bytesToClient=70000000000%s\n";
    assertThat(lines(Format.TEXT, three()))
        .matches(same.formatted(" totalMs=12\\.034")
            + same.formatted(" totalMs=0\\.005")
            + same.formatted(""));
  }
}
