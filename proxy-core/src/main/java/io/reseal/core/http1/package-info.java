/** The adapters between HTTP/1.1 on the wire and the neutral heads and bodies. */
@NullMarked
package io.reseal.core.http1;

import org.jspecify.annotations.NullMarked;
