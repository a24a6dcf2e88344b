package io.reseal.core.tls;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The reason why a native library cannot be loaded, out of the tree of failures that Netty makes of
 * its tries: it looks for several names in several places, and most of them only say "not here".
 */
final class LoadFailure {
  private static final String NOT_IN_PATH = "in java.library.path";
  private static final String NOT_IN_JARS = "META-INF/native/";
  private static final List<String> SAY_NOTHING =
      List.of(NOT_IN_PATH, NOT_IN_JARS, "could not load a native library", "Failed to load any of");

  private LoadFailure() {}

  /** The message that says most, on one line. */
  static String reason(@Nullable Throwable failure) {
    List<String> messages = new ArrayList<>();
    collect(failure, messages);
    return first(messages, each -> each.contains("\"noexec\""))
        .or(() -> first(messages, each -> SAY_NOTHING.stream().noneMatch(each::contains)))
        .or(() -> first(messages, each -> each.contains(NOT_IN_PATH)))
        .or(() -> first(messages, each -> true))
        .orElse("unknown");
  }

  private static void collect(@Nullable Throwable failure, List<String> messages) {
    if (failure == null) {
      return;
    }
    String message = failure.getMessage();
    messages.add(
        message == null ? failure.toString() : message.lines().findFirst().orElse(""));
    collect(failure.getCause(), messages);
    for (Throwable each : failure.getSuppressed()) {
      collect(each, messages);
    }
  }

  private static Optional<String> first(List<String> messages, Predicate<String> wanted) {
    return messages.stream().filter(wanted).findFirst();
  }
}
