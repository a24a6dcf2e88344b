package io.reseal.testkit;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Makes the JDK's TLS sockets tell a FIN without close_notify from a good end, as TLS asks for and
 * the JDK by default does not. Found by JUnit as a service, because the JDK reads the setting once,
 * with its first socket.
 */
public final class StrictCloseNotify implements BeforeAllCallback {
  @Override
  public void beforeAll(ExtensionContext context) {
    System.setProperty("com.sun.net.ssl.requireCloseNotify", "true");
  }
}
