package io.reseal.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.RedirectTarget;
import io.reseal.core.http.RequestHead.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RedirectsTest {

  private static String location(String host, String target, RedirectTarget to) {
    RequestHead head = Heads.bare(Version.HTTP_1_1, "GET", target, Heads.fields("Host", host));
    return Redirects.location(Heads.passed(head), to);
  }

  @ParameterizedTest
  @CsvSource({
    "a.test, /, https://a.test/",
    "A.test:8080, /a/../b?c=d, https://a.test/b?c=d",
    "'[::1]:80', /x, 'https://[::1]/x'",
  })
  void keepsHostPathAndQuery(String host, String target, String expected) {
    assertThat(location(host, target, RedirectTarget.HTTPS)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "https, '', 443, https://a.test/x?y",
    "https, '', 8443, https://a.test:8443/x?y",
    "http, b.test, 80, http://b.test/x?y",
    "http, b.test, 443, http://b.test:443/x?y",
    "https, '2001:db8::1', 8443, 'https://[2001:db8::1]:8443/x?y'",
  })
  void replacesWhatTheTargetSays(String scheme, String host, int port, String expected) {
    assertThat(location("a.test", "/x?y", new RedirectTarget(scheme, host, port, 308)))
        .isEqualTo(expected);
  }

  /** A Location that starts with two slashes would name another host. */
  @Test
  void neverLeadsToAHostOfTheClientsChoice() {
    assertThat(location("a.test", "//evil.test/..", RedirectTarget.HTTPS))
        .isEqualTo("https://a.test/");
    assertThat(location("a.test", "http://a.test//evil.test", RedirectTarget.HTTPS))
        .isEqualTo("https://a.test/evil.test");
  }

  @Test
  void sendsAQuestionAboutTheWholeServerToItsRoot() {
    RequestHead head = Heads.passed(Heads.http1("OPTIONS", "*"));
    assertThat(Redirects.location(head, RedirectTarget.HTTPS)).isEqualTo("https://a.test/");
  }
}
