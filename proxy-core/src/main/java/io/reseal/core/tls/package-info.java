/** Server names, TLS contexts of both sides, verification and its verdicts. */
@NullMarked
package io.reseal.core.tls;

import org.jspecify.annotations.NullMarked;
