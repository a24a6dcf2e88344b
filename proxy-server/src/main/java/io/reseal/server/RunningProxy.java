package io.reseal.server;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/** A proxy that runs, asked by its admin port. */
final class RunningProxy {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final URI admin;

  RunningProxy(URI admin) {
    this.admin = admin;
  }

  /** What the proxy says. */
  record Said(int status, String text) {}

  /**
   * Asks for a page.
   *
   * @throws IOException with what to do, where there is no answer
   */
  Said ask(String path, Map<String, String> query) throws IOException {
    String encoded = query.entrySet().stream()
        .map(each ->
            each.getKey() + "=" + URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
    HttpRequest request = HttpRequest.newBuilder(admin.resolve(path + "?" + encoded))
        .timeout(PATIENCE)
        .build();
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      return new Said(response.statusCode(), response.body());
    } catch (IOException failed) {
      throw new IOException(
          "no answer from the admin port " + admin + " (" + failed.getClass().getSimpleName()
              + "). Check that the proxy runs, and its admin.address",
          failed);
    } catch (InterruptedException asked) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", asked);
    }
  }
}
