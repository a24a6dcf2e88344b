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
   *       pages, and those that a person typed, pass. Nobody types what changes something;
   *   [3] a browser too old for both can still send a form: what changes something has no body and
   *       none of a form's media types (HTML, "form-submission-algorithm"), so a form never passes.
   */

  private static final Set<String> ASKING = Set.of("GET", "HEAD");
  private static final Set<String> FORMS =
      Set.of("application/x-www-form-urlencoded", "multipart/form-data", "text/plain");

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
      if (!isOwnSite(site.toLowerCase(Locale.ROOT), request.method())) {
        return crossSite();
      }
    }
    return isForm(request)
        ? Optional.of(AdminAnswer.text(
            415, "this is sent as a form. Send no body and no Content-Type, as curl -X POST does"))
        : Optional.empty();
  }

  private static boolean isOwnSite(String site, String method) {
    return site.equals("same-origin") || (site.equals("none") && ASKING.contains(method));
  }

  private static boolean isForm(AdminRequest request) {
    return !ASKING.contains(request.method())
        && request.fields().getAll(HttpHeaderNames.CONTENT_TYPE).stream()
            .map(type -> type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))
            .anyMatch(FORMS::contains);
  }

  private static Optional<AdminAnswer> crossSite() {
    return Optional.of(
        AdminAnswer.text(403, "requests from other web sites are refused; type the address"));
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
