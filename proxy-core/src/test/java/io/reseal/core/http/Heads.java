package io.reseal.core.http;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.reseal.config.Limits;
import io.reseal.config.RequestPolicy;
import io.reseal.core.failure.Failure;
import io.reseal.core.failure.Failure.RequestRejected;
import io.reseal.core.http.RequestHead.Version;
import org.jspecify.annotations.Nullable;

/** Request heads as they come off the wire: nothing is validated on the way in. */
final class Heads {
  private static final CanonicalRequest RULES =
      new CanonicalRequest(RequestPolicy.DEFAULT, Limits.DEFAULT);

  private Heads() {}

  /** Fields from names and values in turn. */
  static HttpHeaders fields(String... namesAndValues) {
    HttpHeaders fields =
        DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      fields.add(namesAndValues[i], namesAndValues[i + 1]);
    }
    return fields;
  }

  /** HTTP/1.1 with Host {@code a.test} first. */
  static RequestHead http1(String method, String target, String... namesAndValues) {
    HttpHeaders fields = fields("Host", "a.test");
    fields.add(fields(namesAndValues));
    return bare(Version.HTTP_1_1, method, target, fields);
  }

  static RequestHead bare(Version version, String method, String target, HttpHeaders fields) {
    return new RequestHead(version, method, target, fields, null, null);
  }

  /** HTTP/2 over TLS for {@code a.test}, with a body to come. */
  static RequestHead http2(String method, String path, String... namesAndValues) {
    return new RequestHead(Version.HTTP_2, method, path, fields(namesAndValues), "a.test", "https");
  }

  /** The head itself, after it passed the default rules. */
  static RequestHead passed(RequestHead head) {
    return passed(head, RULES);
  }

  static RequestHead passed(RequestHead head, CanonicalRequest rules) {
    Failure failure = check(head, rules);
    if (failure != null) {
      throw new AssertionError(failure.toString());
    }
    return head;
  }

  /** Status and rule of the refusal, as in {@code 400 host}. */
  static String refused(RequestHead head) {
    return refused(head, RULES);
  }

  static String refused(RequestHead head, CanonicalRequest rules) {
    return check(head, rules) instanceof RequestRejected rejected
        ? rejected.status() + " " + rejected.rule()
        : "passed";
  }

  private static @Nullable Failure check(RequestHead head, CanonicalRequest rules) {
    return rules.check(head, head.version() == Version.HTTP_2);
  }
}
