package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.testkit.RawClient;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestBed;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Fields after the body, in HTTP/1.1. */
final class TrailersTest {
  private static TestBed bed;

  @BeforeAll
  static void start() throws IOException {
    bed = TestBed.start();
  }

  @AfterAll
  static void stop() {
    bed.close();
  }

  @Test
  void forwardsTrailersOfTheRequest() throws IOException {
    Reply reply = bed.exchange("POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n"
        + "Trailer: X-Sum, X-More\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(bed.origin().lastRequest().trailers().first("x-sum")).isEqualTo("1");
    assertThat(bed.origin().lastRequest().trailers().first("x-more")).isEqualTo("2");
    assertThat(bed.origin().lastRequest().fields().has("x-sum")).isFalse();
  }

  @Test
  void relaysTrailersOfTheResponse() throws IOException {
    bed.origin()
        .on(
            "/x",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                + "3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n");
    try (RawClient client = bed.client()) {
      Reply reply = client.exchange("GET /x HTTP/1.1\r\nHost: a.test\r\nTE: trailers\r\n\r\n");
      assertThat(reply.bodyText()).isEqualTo("abc");
      assertThat(reply.trailers().first("x-sum")).isEqualTo("1");
      assertThat(reply.fields().has("x-sum")).isFalse();
      assertThat(client.exchange("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n").status())
          .isEqualTo(200);
    }
  }

  @Test
  void neverRelaysTrailersThatChangeTheMessage() throws IOException {
    bed.origin()
        .on(
            "/x",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n"
                + "Content-Length: 9\r\nTransfer-Encoding: x\r\nSet-Cookie: evil=1\r\nX-Ok: 1\r\n\r\n");
    Reply reply = bed.get("/x");
    assertThat(reply.trailers().names())
        .doesNotContain("content-length", "transfer-encoding", "set-cookie");
  }
}
