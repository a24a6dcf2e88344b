package io.reseal.server.admin;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** What can be asked by GET and done by POST, by path. Filled before it is served. */
public final class AdminPages {
  private static final String HEALTH = "/healthz/";

  private final Map<String, Function<AdminRequest, AdminAnswer>> pages = new LinkedHashMap<>();
  private final Map<String, Function<AdminRequest, AdminAnswer>> actions = new LinkedHashMap<>();

  private AdminPages() {}

  /** Health alone. */
  public static AdminPages health(Health health) {
    AdminPages pages = new AdminPages();
    pages.pages.put(HEALTH + "live", ignored -> AdminAnswer.text(200, "live"));
    pages.pages.put(
        HEALTH + "ready",
        ignored -> health.isReady()
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
    return page(path, ignored -> AdminAnswer.json(document.get()));
  }

  /** Adds a text that is made for each request, off the event loops. */
  public AdminPages text(String path, String contentType, Supplier<String> text) {
    return page(path, ignored -> AdminAnswer.of(200, contentType, text.get()));
  }

  /**
   * Adds a page that depends on the query, which is given as the values by name; made for each
   * request, off the event loops.
   */
  public AdminPages asked(String path, Function<Map<String, List<String>>, Told> page) {
    return page(path, request -> {
      Told told = page.apply(request.query());
      return AdminAnswer.of(told.status(), told.contentType(), told.text());
    });
  }

  /** What a page that depends on the query says. */
  public record Told(int status, String contentType, String text) {
    private static final String TEXT = "text/plain; charset=utf-8";

    public static Told json(String document) {
      return new Told(200, "application/json", document);
    }

    public static Told text(String text) {
      return new Told(200, TEXT, text);
    }

    /** Others have asked so much that this must wait. */
    public static Told busy(String why) {
      return new Told(503, TEXT, why + "\n");
    }

    /** The query cannot be answered, for this reason. */
    public static Told mistaken(String why) {
      return new Told(400, TEXT, why + "\n");
    }
  }

  /** Adds what a GET answers, off the event loops. */
  AdminPages page(String path, Function<AdminRequest, AdminAnswer> page) {
    pages.put(path, page);
    return this;
  }

  /** Adds {@code POST /drain} and {@code POST /reload}. */
  public AdminPages actions(AdminActions does) {
    return action("/drain", ignored -> {
          does.drain();
          return AdminAnswer.json(202, JsonText.object(json -> json.text("outcome", "draining")));
        })
        .action("/reload", ignored -> reloaded(does.reload()));
  }

  private static AdminAnswer reloaded(Reload reload) {
    int status = reload.outcome() == Reload.Outcome.REFUSED ? 422 : 200;
    return AdminAnswer.json(status, JsonText.object(json -> ReloadJson.write(json, reload)));
  }

  /** Adds {@code POST /debug} and {@code POST /debug/end}. */
  public AdminPages debug(DebugSwitch debug) {
    return action("/debug", debug::begin).action("/debug/end", ignored -> debug.end());
  }

  /** Adds what a POST does, off the event loops. */
  AdminPages action(String path, Function<AdminRequest, AdminAnswer> action) {
    actions.put(path, action);
    return this;
  }

  /** Whether the answer may be large, or take long to make: any but health and what a POST does. */
  boolean mayBeLarge(AdminRequest request) {
    String path = request.path();
    return pages.containsKey(path) && !actions.containsKey(path) && !path.startsWith(HEALTH);
  }

  /** The methods that a path knows; what is nowhere can be asked for, to be told so. */
  String methods(String path) {
    return actions.containsKey(path) ? "POST" : "GET, HEAD";
  }

  AdminAnswer answer(AdminRequest request) {
    Function<AdminRequest, AdminAnswer> answer =
        actions.getOrDefault(request.path(), pages.get(request.path()));
    return answer == null ? AdminAnswer.text(404, nothingHere()) : answer.apply(request);
  }

  private String nothingHere() {
    String text = "nothing is here (expected: one of " + String.join(", ", pages.keySet());
    return actions.isEmpty()
        ? text + ")"
        : text + "; by POST " + String.join(", ", actions.keySet()) + ")";
  }
}
