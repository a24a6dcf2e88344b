/** The byte relay with half-close, for passed-through and upgraded connections. */
@NullMarked
package io.reseal.core.tunnel;

import org.jspecify.annotations.NullMarked;
