/**
 * Every fault of TLS that has a verdict, on both sides and in both versions: what is said of it, and
 * that the advice mends it. Writes {@code docs/tls-verdicts.md}.
 */
@NullMarked
package io.reseal.server.verdicts;

import org.jspecify.annotations.NullMarked;
