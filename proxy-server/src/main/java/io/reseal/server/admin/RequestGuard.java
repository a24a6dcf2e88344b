package io.reseal.server.admin;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The rules on who may ask the admin port, by what the request says of where it comes from. */
final class RequestGuard {
  /*
   * The admin port has no password, so a browser on the operator's machine must not become a way in:
   *
   *   [1] a web page whose name was made to resolve to our address (DNS rebinding) sends its own name
   *       in Host: only names that nobody else can own pass;
   *   [2] a web page elsewhere that sends us requests has Origin (RFC 6454 section 7) or Sec-Fetch-Site
   *       (W3C Fetch Metadata) set by the browser, which no script can change: only requests of our own
   *       pages, and those that a person typed, pass.
   */

  private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

  private final Set<String> hosts;

  RequestGuard(List<String> hosts) {
    this.hosts = Set.copyOf(hosts);
  }

  /** Why a request is refused; empty if it is not. */
  Optional<AdminAnswer> refusal(AdminRequest request) {
    HttpHeaders fields = request.fields();
    List<String> named = fields.getAll(HttpHeaderNames.HOST);
    if (named.size() != 1) {
      return Optional.of(AdminAnswer.text(400, "one Host is needed, found " + named.size()));
    }
    String authority = named.getFirst().toLowerCase(Locale.ROOT);
    if (!isOwn(host(authority), request.localAddress())) {
      return Optional.of(AdminAnswer.text(
          421,
          "this Host is not served here. Use localhost or the address, or add it to admin.hosts"));
    }
    for (String origin : fields.getAll(HttpHeaderNames.ORIGIN)) {
      if (!origin.equalsIgnoreCase("http://" + authority)) {
        return crossSite();
      }
    }
    for (String site : fields.getAll("sec-fetch-site")) {
      if (!OWN_SITES.contains(site.toLowerCase(Locale.ROOT))) {
        return crossSite();
      }
    }
    return Optional.empty();
  }

  private static Optional<AdminAnswer> crossSite() {
    return Optional.of(AdminAnswer.text(403, "requests from other web sites are refused"));
  }

  /** The host of an authority, without port and brackets; empty where it is broken. */
  private static String host(String authority) {
    if (authority.startsWith("[")) {
      int end = authority.indexOf(']');
      boolean whole = end > 0 && isPortOrNothing(authority.substring(end + 1));
      return whole ? authority.substring(1, end) : "";
    }
    int colon = authority.indexOf(':');
    if (colon < 0) {
      return authority;
    }
    return isPortOrNothing(authority.substring(colon)) ? authority.substring(0, colon) : "";
  }

  private static boolean isPortOrNothing(String text) {
    return text.isEmpty() || text.matches(":[0-9]{1,5}");
  }

  private boolean isOwn(String host, InetAddress localAddress) {
    if (host.equals("localhost") || hosts.contains(host)) {
      return true;
    }
    byte[] literal = NetUtil.createByteArrayFromIpAddressString(host);
    if (literal == null) {
      return false;
    }
    try {
      InetAddress address = InetAddress.getByAddress(literal);
      return address.isLoopbackAddress() || address.equals(localAddress);
    } catch (UnknownHostException impossible) {
      return false;
    }
  }
}
