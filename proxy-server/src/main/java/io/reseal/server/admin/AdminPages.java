package io.reseal.server.admin;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** What can be asked by GET, by path. */
public final class AdminPages {
  private final Map<String, Supplier<AdminAnswer>> pages = new LinkedHashMap<>();

  private AdminPages() {}

  /** Health alone. */
  public static AdminPages health(Health health) {
    AdminPages pages = new AdminPages();
    pages.pages.put("/healthz/live", () -> AdminAnswer.text(200, "live"));
    pages.pages.put(
        "/healthz/ready",
        () -> health.isReady()
            ? AdminAnswer.text(200, "ready")
            : AdminAnswer.text(
                503,
                health.phase() == Health.Phase.STARTING
                    ? "not ready: starting"
                    : "not ready: draining"));
    return pages;
  }

  /** Adds a JSON document that is made for each request, off the event loops. */
  public AdminPages json(String path, Supplier<String> document) {
    pages.put(path, () -> AdminAnswer.json(document.get()));
    return this;
  }

  /** Adds a text that is made for each request, off the event loops. */
  public AdminPages text(String path, String contentType, Supplier<String> text) {
    pages.put(path, () -> AdminAnswer.of(200, contentType, text.get()));
    return this;
  }

  AdminAnswer answer(String path) {
    Supplier<AdminAnswer> page = pages.get(path);
    return page == null
        ? AdminAnswer.text(
            404, "nothing is here (expected: one of " + String.join(", ", pages.keySet()) + ")")
        : page.get();
  }
}
