/** Accepting, admission limits, the ClientHello and the TLS decision. */
@NullMarked
package io.reseal.core.listener;

import org.jspecify.annotations.NullMarked;
