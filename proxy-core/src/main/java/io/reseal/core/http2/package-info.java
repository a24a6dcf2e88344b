/** The adapter between HTTP/2 frames and the neutral heads and bodies. */
@NullMarked
package io.reseal.core.http2;

import org.jspecify.annotations.NullMarked;
