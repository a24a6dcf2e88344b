package io.reseal.server.demo;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a newcomer is told: commands that work as printed. */
public final class DemoGuide {
  private final DemoFiles files;
  private final int https;
  private final int http;
  private final int admin;
  private final boolean handedOut;

  DemoGuide(DemoFiles files, int https, int http, int admin, boolean handedOut) {
    this.files = files;
    this.https = https;
    this.http = http;
    this.admin = admin;
    this.handedOut = handedOut;
  }

  /** One thing to try. */
  public record Step(String about, String command) {}

  /** Everything there is to try, in order. */
  public List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    if (handedOut) {
      steps.add(new Step(
          "the certificates of the two CAs",
          "curl -sSO http://127.0.0.1:%d/front-ca.pem -O http://127.0.0.1:%d/destination-ca.pem"
              .formatted(http, http)));
    }
    steps.addAll(toTry());
    return List.copyOf(steps);
  }

  private List<Step> toTry() {
    return List.of(
        new Step("re-encrypted to \"catalog\"", secure("shop.demo.test", "/", "")),
        new Step(
            "another path of the same host, re-encrypted to \"cart\"",
            secure("shop.demo.test", "/cart/items", "")),
        new Step(
            "passed through: the certificate is the upstream's own, so its CA is the other one",
            curl("destination-ca.pem", "", "pass.demo.test", "/")),
        new Step("offloaded: cleartext to the upstream", secure("legacy.demo.test", "/", "")),
        new Step(
            "redirected from http to https",
            "curl -sSL --cacert %s --resolve %s:%d:127.0.0.1 --resolve %s:%d:127.0.0.1 http://%s:%d/"
                .formatted(
                    quoted("front-ca.pem"),
                    "shop.demo.test",
                    http,
                    "shop.demo.test",
                    https,
                    "shop.demo.test",
                    http)),
        new Step(
            "an upstream with a wrong certificate: refused, with the reason",
            secure("broken.demo.test", "/", "-i ")),
        new Step(
            "what went wrong so far, and what mends it",
            "curl -sS http://127.0.0.1:%d/diagnostics".formatted(admin)));
  }

  private String secure(String host, String path, String options) {
    return curl("front-ca.pem", options, host, path);
  }

  private String curl(String ca, String options, String host, String path) {
    return "curl -sS %s--cacert %s --resolve %s:%d:127.0.0.1 https://%s:%d%s"
        .formatted(options, quoted(ca), host, https, host, https, path);
  }

  private String quoted(String file) {
    if (handedOut) {
      return file;
    }
    Path path = files.path(file);
    String text = path.toString();
    return text.matches("[A-Za-z0-9_./-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }

  void print(PrintWriter out) {
    out.println("Reseal demo: a proxy, its upstreams and their certificates in this process.");
    out.printf("Configuration: %s%n", files.path("reseal.yaml"));
    out.println("Paste into another terminal:");
    for (Step step : steps()) {
      out.printf("%n# %s%n%s%n", step.about(), step.command());
    }
    out.printf("%nAnd see it all in a browser: http://localhost:%d/%n", admin);
    out.println("Ctrl-C ends it.");
    out.flush();
  }
}
