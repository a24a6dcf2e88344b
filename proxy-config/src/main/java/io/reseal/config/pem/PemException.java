package io.reseal.config.pem;

/** A PEM text that cannot be used, with what is wrong and what to do. */
public class PemException extends Exception {
  private static final long serialVersionUID = 1L;
  private final String found;
  private final String expected;
  private final String hint;

  public PemException(String what, String found, String expected, String hint) {
    super(what, null, false, false);
    this.found = found;
    this.expected = expected;
    this.hint = hint;
  }

  public String what() {
    return String.valueOf(getMessage());
  }

  public String found() {
    return found;
  }

  public String expected() {
    return expected;
  }

  public String hint() {
    return hint;
  }
}
