package io.reseal.server.verdicts;

import io.reseal.server.kit.Shell;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.JdkTls;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestPki;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/** Clients of the JDK, of OpenSSL and of bare sockets. */
final class Clients {
  static final String OK = "200";

  private Clients() {}

  /** The JDK's TLS, which trusts the front CA. */
  static ClientFault.Client jdk(String serverName) {
    return jdk(serverName, Certificates.FRONT.certificate(), "http/1.1");
  }

  static ClientFault.Client jdk(
      String serverName, X509Certificate ca, String... applicationProtocols) {
    return (proxy, folder, version) -> {
      RawClient.Hello hello = RawClient.Hello.of(ca, serverName)
          .withApplicationProtocols(applicationProtocols)
          .withVersions(version);
      return exchange(hello, proxy.listener(ProxySetup.HTTPS), "a.test");
    };
  }

  /** The JDK's TLS, offering another version than the row's. */
  static ClientFault.Client jdkOfOtherVersion() {
    return (proxy, folder, version) -> {
      RawClient.Hello hello = RawClient.Hello.of(Certificates.FRONT.certificate(), "a.test")
          .withVersions(version.equals("TLSv1.3") ? "TLSv1.2" : "TLSv1.3");
      return exchange(hello, proxy.listener(ProxySetup.HTTPS), "a.test");
    };
  }

  /** The JDK's TLS, at the cleartext listener. */
  static ClientFault.Client jdkAtCleartextPort() {
    return (proxy, folder, version) -> {
      RawClient.Hello hello =
          RawClient.Hello.of(Certificates.FRONT.certificate(), "a.test").withVersions(version);
      return exchange(hello, proxy.listener(ProxySetup.HTTP), "a.test");
    };
  }

  private static String exchange(RawClient.Hello hello, InetSocketAddress to, String host) {
    try (RawClient client = hello.connect(to)) {
      Reply reply = client.exchange(request(host));
      return Integer.toString(reply.status());
    } catch (IOException refused) {
      return String.valueOf(refused.getMessage());
    }
  }

  private static String request(String host) {
    return "GET /secret HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
  }

  /** Cleartext HTTP, at a listener. */
  static ClientFault.Client cleartext(String listener) {
    return (proxy, folder, version) -> {
      try (RawClient client = RawClient.plain(proxy.listener(listener))) {
        Reply reply = client.exchange(request("a.test"));
        return reply.status() + " " + reply.fields().first("proxy-status") + " " + reply.bodyText();
      }
    };
  }

  /** {@code openssl s_client} with these options; {@code VERSION} stands for the row's. */
  static ClientFault.Client openssl(String options) {
    return (proxy, folder, version) -> {
      Shell.require("openssl");
      Files.writeString(
          folder.resolve("front-ca.pem"), TestPki.pem(Certificates.FRONT.certificate()));
      Files.writeString(folder.resolve("request"), request("a.test"));
      String own = version.equals("TLSv1.3") ? "-tls1_3" : "-tls1_2";
      Shell.Result result = new Shell(folder)
          .run("openssl s_client -connect 127.0.0.1:"
              + proxy.listener(ProxySetup.HTTPS).getPort()
              + " -servername a.test -CAfile front-ca.pem -verify_return_error -ign_eof "
              + options.replace("VERSION", own) + " < request 2>&1");
      return result.output().contains("HTTP/1.1 200") ? OK : result.output();
    };
  }

  /** {@code openssl s_client} that shows this certificate. */
  static ClientFault.Client showing(TestPki.Issued issued) {
    return (proxy, folder, version) -> {
      issued.write(folder, "client");
      return openssl("VERSION -cipher DEFAULT@SECLEVEL=0 -cert client.crt -cert_chain client.crt"
              + " -key client.key")
          .ask(proxy, folder, version);
    };
  }

  /** Bare sockets, at the TLS listener. */
  static ClientFault.Client bare(Script script) {
    return (proxy, folder, version) -> {
      try (RawClient client = RawClient.plain(proxy.listener(ProxySetup.HTTPS))) {
        script.run(client, hello(version));
        byte[] answer = client.readToEnd().bytes();
        boolean alert = answer.length == 7 && answer[0] == 21;
        return alert ? "alert " + answer[6] : answer.length == 0 ? "closed" : "TLS records";
      } catch (IOException closed) {
        return "closed";
      }
    };
  }

  /** What bare sockets do with a good ClientHello at hand. */
  @FunctionalInterface
  interface Script {
    void run(RawClient client, byte[] hello) throws IOException;
  }

  /** A ClientHello as the JDK would send it. */
  private static byte[] hello(String version) throws IOException {
    SSLEngine engine =
        JdkTls.clientContext(Certificates.FRONT.certificate()).createSSLEngine("a.test", 443);
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName("a.test")));
    parameters.setProtocols(new String[] {version});
    engine.setSSLParameters(parameters);
    ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    try {
      engine.wrap(ByteBuffer.allocate(0), record);
    } catch (SSLException broken) {
      throw new IOException(broken);
    }
    return Arrays.copyOf(record.array(), record.position());
  }
}
