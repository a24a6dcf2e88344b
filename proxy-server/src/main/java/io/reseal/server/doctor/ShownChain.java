package io.reseal.server.doctor;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** The certificates that a TLS server shows, whatever they are worth. Nothing is sent to it. */
final class ShownChain {
  private ShownChain() {}

  /**
   * Shakes hands and looks.
   *
   * @param serverName the name to ask for, empty for none
   * @throws IOException when no handshake comes about
   */
  static List<X509Certificate> of(InetSocketAddress address, String serverName, int timeoutMillis)
      throws IOException {
    try (Socket plain = new Socket()) {
      plain.connect(address, timeoutMillis);
      plain.setSoTimeout(timeoutMillis);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Looker()}, null);
      try (SSLSocket socket = (SSLSocket) context
          .getSocketFactory()
          .createSocket(plain, serverName, address.getPort(), /* autoClose= */ true)) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(
            serverName.isEmpty() ? List.of() : List.of(new SNIHostName(serverName)));
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        List<X509Certificate> chain = new ArrayList<>();
        for (Certificate each : socket.getSession().getPeerCertificates()) {
          chain.add((X509Certificate) each);
        }
        return chain;
      }
    } catch (GeneralSecurityException | IllegalArgumentException impossible) {
      throw new IOException(impossible.getMessage(), impossible);
    }
  }

  /** Accepts every chain, because it is only looked at. */
  private static final class Looker extends X509ExtendedTrustManager {
    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
