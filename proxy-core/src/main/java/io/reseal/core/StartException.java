package io.reseal.core;

import io.reseal.config.Problem;
import java.util.List;
import java.util.stream.Collectors;

/** The failure to start serving a configuration; nothing stays bound. */
public final class StartException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  public StartException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  /** Everything that is wrong, at least one. */
  public List<Problem> problems() {
    return problems;
  }
}
